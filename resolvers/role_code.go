package resolvers

import (
	"context"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// roleDates makes the Compute of a date of roles. Those that are always there have the first day of all calendars
// (observed), which says nothing.
func roleDates(member string) projection.Compute {
	return func(_ context.Context, c projection.Computation) ([]any, error) {
		dates := make([]any, len(c.Parents))
		for i, role := range c.Parents {
			if raw := role.Raw(member); len(raw) > 0 && !strings.HasPrefix(role.Text(member), "0001-01-01") {
				dates[i] = raw
			}
		}
		return dates, nil
	}
}

// onePermissions wants the permissions of a role in one of the two ways that become the same member.
var onePermissions = notBoth("permissions", "permissionNames", "give the permissions in one way, not in both")

// oneVisibility refuses to let everybody with a role see all leads and some of them (Close docs: Roles).
func oneVisibility(input map[string]any) []projection.Fault {
	permits := func(field, permission string) bool {
		list, ok := input[field].([]any)
		return ok && slices.Contains(list, any(permission))
	}
	if !permits("permissions", "VIEW_ALL_LEADS") && !permits("permissionNames", "view_all_leads") {
		return nil
	}
	var faults []projection.Fault
	for _, field := range []string{"visibilityFieldIds", "visibilityBehavior"} {
		if list, ok := input[field].([]any); input[field] != nil && (!ok || len(list) > 0) {
			faults = append(faults, wrong("who sees all leads needs no "+field+"; leave it out, or do not permit VIEW_ALL_LEADS", field)...)
		}
	}
	return faults
}
