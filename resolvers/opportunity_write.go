package resolvers

import "github.com/closegraph/closegraph/graph/model"

// opportunityCreateErrors are the rules of Close for new opportunities that can be checked before the call (Close docs:
// Opportunities).
func opportunityCreateErrors(input model.OpportunityCreateInput) []*model.UserError {
	return append(confidenceErrors(input.Confidence.Value()), noteErrors(input.Note.Value(), input.NoteHTML.Value())...)
}

// opportunityUpdateErrors are those for changes.
func opportunityUpdateErrors(input model.OpportunityUpdateInput) []*model.UserError {
	errs := append(confidenceErrors(input.Confidence.Value()), noteErrors(input.Note.Value(), input.NoteHTML.Value())...)
	return append(errs, statusErrors(input.Status.Value(), input.StatusID.Value())...)
}

func confidenceErrors(confidence *int) []*model.UserError {
	if confidence == nil || 0 <= *confidence && *confidence <= 100 {
		return nil
	}
	return userError(model.UserErrorCodeInvalid, "a confidence is from 0 to 100", "input", "confidence")
}

// noteErrors refuse both notes at once: Close would take the rich one and drop the other without a word.
func noteErrors(plain, rich *string) []*model.UserError {
	if plain == nil || rich == nil {
		return nil
	}
	return userError(model.UserErrorCodeInvalid, "give the note as plain text or as rich text, not both", "input", "note")
}
