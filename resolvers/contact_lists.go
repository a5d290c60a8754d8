package resolvers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// contactLists are the lists of a contact, which Close replaces whole, with the member that tells their items apart (Close
// docs: Contacts).
var contactLists = map[string]string{"emails": "email", "phones": "phone", "urls": "url"}

// maxContactList is how many items such a list can have.
const maxContactList = 100

// updateContact changes a contact. Additions to its lists and removals from them become whole lists: those that are there
// are read first.
func (r *mutationResolver) updateContact(ctx context.Context, id string) (*projection.Value, []*model.UserError, error) {
	body, errs := r.changes(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	if errs := r.idErrors("Contact", id); errs != nil {
		return nil, errs, nil
	}
	var edited []string
	for list := range contactLists {
		_, adds := body["add_"+list]
		_, removes := body["remove_"+list]
		if adds || removes {
			edited = append(edited, list)
		}
	}
	if len(edited) > 0 {
		errs, err := r.editLists(ctx, id, edited, body)
		if err != nil || len(errs) > 0 {
			return nil, errs, err
		}
	}
	return r.write(ctx, "contact", closeapi.Call{Operation: "PUT /contact/{id}/", Vars: []string{id}, Body: body})
}

// editLists puts whole lists into a body, in the place of additions and removals.
func (r *mutationResolver) editLists(ctx context.Context, id string, lists []string, body map[string]any) ([]*model.UserError, error) {
	doc, err := r.Projection.Do(ctx, closeapi.Call{Operation: "GET /contact/{id}/", Vars: []string{id}, Fields: lists})
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return errs, err
	}
	var contact map[string][]map[string]any
	if err := doc.Decode(&contact); err != nil {
		return nil, fmt.Errorf("read the lists of a contact: %w", err)
	}
	for _, list := range lists {
		add, _ := body["add_"+list].([]any)
		remove, _ := body["remove_"+list].([]any)
		delete(body, "add_"+list)
		delete(body, "remove_"+list)
		after := editList(contactLists[list], contact[list], add, remove)
		if len(after) > maxContactList {
			message := fmt.Sprintf("that would make %d; %d at most", len(after), maxContactList)
			return userError(model.UserErrorCodeInvalid, message, "input", "add"+strings.ToUpper(list[:1])+list[1:]), nil
		}
		body[list] = after
	}
	return errs, nil
}

// editList is a list after additions and removals. Items are known by a member, whatever its case; of each, the list holds
// what Close takes.
func editList(member string, have []map[string]any, add, remove []any) []any {
	gone := func(text string) bool {
		same := func(other any) bool { return strings.EqualFold(text, fmt.Sprint(other)) }
		return slices.ContainsFunc(remove, same) || slices.ContainsFunc(add, func(item any) bool {
			added, _ := item.(map[string]any)
			return same(added[member])
		})
	}
	result := []any{}
	for _, item := range have {
		if text := fmt.Sprint(item[member]); !gone(text) {
			result = append(result, map[string]any{member: item[member], "type": item["type"]})
		}
	}
	return append(result, add...)
}
