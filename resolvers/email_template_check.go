package resolvers

import "errors"

// checkRecipient refuses what names nobody, or two of them: Close wants a lead and a contact, or an entry of a search (Close
// docs: Email Templates).
func checkRecipient(input map[string]any) error {
	lead, contact := input["leadId"] != nil, input["contactId"] != nil
	searches := 0
	for _, name := range []string{"query", "textQuery"} {
		if input[name] != nil {
			searches++
		}
	}
	switch {
	case lead != contact:
		return errors.New("give leadId and contactId together")
	case lead && searches > 0 || searches > 1 || !lead && searches == 0:
		return errors.New("give leadId and contactId, or query, or textQuery")
	case searches > 0 && input["entry"] == nil:
		return errors.New("say with entry which one of what the search finds")
	}
	return nil
}
