package sandbox

import "slices"

// The roles that are always there: their names are their ids, and they cannot be changed (Close docs: Roles).
const (
	roleAdmin      = "admin"
	roleSuperuser  = "superuser"
	roleUser       = "user"
	roleRestricted = "restricteduser"
)

// Permissions that the sandbox asks for itself.
const (
	manageOrganization = "manage_organization"
	viewAllLeads       = "view_all_leads"
)

// permissions are all that a role can grant, as far as is known (Close docs: Roles).
var permissions = []string{
	"bulk_delete", "bulk_edit", "bulk_email", "bulk_import", "bulk_sequence_subscriptions", "call_coach_barge", "call_coach_listen",
	"calling", "delete_leads", "delete_own_activities", "delete_own_opportunities", "delete_own_tasks", "export",
	"manage_customizations", "manage_email_sequences", "manage_group_numbers", manageOrganization, "manage_others_activities",
	"manage_others_opportunities", "manage_others_tasks", "manage_team_email_templates", "manage_team_smart_views", "merge_leads",
	viewAllLeads,
}

// rolePermissions are those of the roles that are always there (Close docs: Roles).
var rolePermissions = map[string][]string{
	roleAdmin:     permissions,
	roleSuperuser: slices.DeleteFunc(slices.Clone(permissions), func(name string) bool { return name == manageOrganization }),
	roleUser: {
		"bulk_email", "bulk_import", "bulk_sequence_subscriptions", "calling", "delete_leads", "delete_own_activities",
		"delete_own_opportunities", "delete_own_tasks", "manage_others_activities", "manage_others_opportunities",
		"manage_others_tasks", "merge_leads", viewAllLeads,
	},
	roleRestricted: {"calling", "delete_own_activities", "delete_own_opportunities", "delete_own_tasks", viewAllLeads},
}

func roleResource() *resource {
	return &resource{
		name: "role", path: "/role/", group: "other", noFields: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember()},
			stored("name", "editable", "permissions", "visibility_user_lcf_ids", "visibility_user_lcf_behavior", "organization_id"),
			naiveDates(),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true},
		writing: &writing{
			newer: true, keepsDelete: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "permissions", on: onCreate | onUpdate, notNull: true, check: permissionList},
				{name: "visibility_user_lcf_ids", on: onCreate | onUpdate, check: userFields},
				{name: "visibility_user_lcf_behavior", on: onCreate | onUpdate, check: oneOf("require_assignment", "allow_unassigned")},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				if errs := checkVisibility(values); errs != nil {
					return nil, refuseFields(errs)
				}
				preset(values, map[string]any{
					"permissions": []any{}, "visibility_user_lcf_ids": []any{}, "visibility_user_lcf_behavior": nil,
					"editable": true, "organization_id": w.st.organization, "date_created": at(w.c.now), "date_updated": at(w.c.now),
				})
				return w.st.add("role", "role_", values), nil
			},
			change: func(_ *write, o *object, values map[string]any) fieldErrors {
				if !o.is("editable") {
					errs := fieldErrors{}
					for name := range values {
						errs[name] = textFixed
					}
					return errs
				}
				after := map[string]any{}
				for _, name := range []string{"permissions", "visibility_user_lcf_ids", "visibility_user_lcf_behavior"} {
					after[name] = o.values[name]
					if v, given := values[name]; given {
						after[name] = v
					}
				}
				return checkVisibility(after)
			},
			remove: func(w *write, o *object) *apiError {
				used := slices.ContainsFunc(w.st.tables["membership"].all, func(m *object) bool { return m.values["role_id"] == o.id })
				switch {
				case !o.is("editable"):
					return refuseAll("This role cannot be deleted.")
				case used:
					return refuseAll("This role is used by memberships.")
				}
				w.st.remove("role", o)
				return nil
			},
		},
	}
}

// permissionList accepts names of permissions.
func permissionList(_ *write, v any) (any, any) {
	list, ok := v.([]any)
	if !ok {
		return nil, "Value must be of list type."
	}
	for _, name := range list {
		if !slices.Contains(permissions, asText(name)) {
			return nil, textNoChoice
		}
	}
	return list, nil
}

// userFields accepts custom fields of leads that hold users.
func userFields(w *write, v any) (any, any) {
	ids, refusal := refs("custom_field_lead")(w, v)
	if refusal != nil {
		return nil, refusal
	}
	for _, id := range asList(ids) {
		if w.st.get("custom_field_lead", asText(id)).str("type") != "user" {
			return nil, "The field must be of the type user."
		}
	}
	return ids, nil
}

// checkVisibility refuses to let a role see all leads and some of them.
func checkVisibility(values map[string]any) fieldErrors {
	if !slices.Contains(asList(values["permissions"]), any(viewAllLeads)) {
		return nil
	}
	if len(asList(values["visibility_user_lcf_ids"])) > 0 {
		return fieldErrors{"visibility_user_lcf_ids": "Must be empty when view_all_leads is granted."}
	}
	if values["visibility_user_lcf_behavior"] != nil {
		return fieldErrors{"visibility_user_lcf_behavior": "Must be empty when view_all_leads is granted."}
	}
	return nil
}

// permits reports whether a role grants a permission.
func permits(role *object, permission string) bool {
	return slices.Contains(asList(role.values["permissions"]), any(permission))
}

// roles are those that are always there, and one that the team made.
func (s *seeder) roles() {
	for _, role := range []struct{ id, name string }{
		{roleAdmin, "Admin"}, {roleSuperuser, "Super User"}, {roleUser, "User"}, {roleRestricted, "Restricted User"},
	} {
		s.st.insert("role", role.id, map[string]any{
			"name": role.name, "editable": false, "permissions": listOfAny(rolePermissions[role.id]), "visibility_user_lcf_ids": []any{},
			"visibility_user_lcf_behavior": nil, "organization_id": nil, "date_created": moment{}, "date_updated": moment{},
		})
	}
	made := at(s.founding(3))
	s.st.add("role", "role_", map[string]any{
		"name": "Support", "editable": true, "permissions": []any{"calling", "delete_own_tasks", "manage_others_tasks"},
		"visibility_user_lcf_ids": []any{}, "visibility_user_lcf_behavior": "allow_unassigned",
		"organization_id": s.st.organization, "date_created": made, "date_updated": made,
	})
}

func listOfAny(names []string) []any {
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	return list
}
