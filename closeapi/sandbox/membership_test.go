package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestMembershipsComeAndGo follows one through its end and its return.
func TestMembershipsComeAndGo(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	organization := "/organization/" + s.IDs("organization")[0] + "/"
	last := s.IDs("membership")[11]
	listed := func(member string) bool {
		list := get[object](t, s, "GET", organization, "")[member].([]any)
		return slices.ContainsFunc(list, func(m any) bool { return m.(object)["id"] == last })
	}

	get[object](t, s, "DELETE", "/membership/"+last+"/", "")
	if listed("memberships") || !listed("inactive_memberships") {
		t.Error("a membership that has ended is not among the inactive ones, and there alone")
	}
	if resp, _ := ask(t, s, "PUT", "/membership/"+last+"/", `{"role_id":"user"}`); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a change after the end = %d, want 404", resp.StatusCode)
	}
	back := get[object](t, s, "POST", "/membership/", `{"email":"Noor@lighthouse.example","role_id":"user"}`)
	check(t, "back", back, object{"id": last, "role_id": "user", "role": "user"})
	if !listed("memberships") || listed("inactive_memberships") {
		t.Error("a membership that came back is not among the active ones, and there alone")
	}
	kinds := get[events](t, s, "GET", "/event/?object_type=membership&object_id="+last, "").kinds()
	if want := []string{"membership deactivated", "membership activated"}; !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
}

func TestMembershipRefusals(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for name, tt := range map[string]struct {
		method, path, body string
		status             int
		text               string
	}{
		"a role that manages":    {"POST", "/membership/", `{"email":"a@lighthouse.example","role_id":"admin"}`, 403, "role"},
		"an address elsewhere":   {"POST", "/membership/", `{"email":"a@elsewhere.example","role_id":"user"}`, 403, "domain"},
		"no role":                {"POST", "/membership/", `{"email":"a@lighthouse.example"}`, 400, "role_id"},
		"an unknown id in bulk":  {"PUT", "/membership/", `{"_params":{"id__in":"memb_x"},"track_email_opens":true}`, 400, "id__in"},
		"an unknown view":        {"PUT", "/membership/" + s.IDs("membership")[0] + "/pinned_views/", `{"saved_view_ids":["save_x"]}`, 400, "saved_view_ids"},
		"a role in use":          {"DELETE", "/role/user/", "", 400, "deleted"},
		"a fixed role":           {"PUT", "/role/admin/", `{"name":"Boss"}`, 400, "Value cannot be changed."},
		"all leads and some":     {"PUT", "/role/" + s.IDs("role")[4] + "/", `{"permissions":["view_all_leads"]}`, 400, "visibility_user_lcf_behavior"},
		"no permission":          {"POST", "/role/", `{"name":"A","permissions":["fly"]}`, 400, "permissions"},
		"a name that is taken":   {"POST", "/group/", `{"name":"Key accounts"}`, 400, "already exists"},
		"a member who is nobody": {"POST", "/group/" + s.IDs("group")[0] + "/member/", `{"user_id":"user_x"}`, 400, "user_id"},
		"half of the statuses":   {"PUT", "/organization/" + s.IDs("organization")[0] + "/", `{"lead_statuses":[{"id":"` + s.IDs("lead_status")[0] + `","label":"A"}]}`, 400, "lead_statuses"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, body := ask(t, s, tt.method, tt.path, tt.body)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.text) {
				t.Errorf("%s %s = %d %s, want %d with %q", tt.method, tt.path, resp.StatusCode, body, tt.status, tt.text)
			}
		})
	}
}

// TestGroupMembers shows them only of a group by itself, and only by name.
func TestGroupMembers(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	group, user := "/group/"+s.IDs("group")[2]+"/", s.IDs("user")[0]
	for range 2 { // twice is as good as once
		resp, body := ask(t, s, "POST", group+"member/", `{"user_id":"`+user+`"}`)
		if want := `{"user_id":"` + user + `"}`; resp.StatusCode != http.StatusCreated || body != want {
			t.Fatalf("put in = %d %s, want 201 %s", resp.StatusCode, body, want)
		}
	}
	check(t, "by name", get[object](t, s, "GET", group+"?_fields=members", ""), object{"members": []any{object{"user_id": user}}})
	for _, path := range []string{group, "/group/?_fields=id,members", "/group/"} {
		if _, body := ask(t, s, "GET", path, ""); strings.Contains(body, "members") {
			t.Errorf("GET %s shows members: %s", path, body)
		}
	}
	for range 2 {
		if resp, body := ask(t, s, "DELETE", group+"member/"+user+"/", ""); resp.StatusCode != http.StatusNoContent || body != "" {
			t.Fatalf("taken out = %d %q, want 204", resp.StatusCode, body)
		}
	}
	check(t, "empty", get[object](t, s, "GET", group+"?_fields=members", ""), object{"members": []any{}})
}
