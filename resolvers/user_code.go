package resolvers

import (
	"context"

	"github.com/closegraph/closegraph/internal/projection"
)

// activeLead is the lead of a call that somebody is in, as far as Close tells (Close docs: Users).
type activeLead struct {
	ID          string  `json:"id"`
	DisplayName *string `json:"display_name"`
}

// activeLeadOf reads it. What is no such object tells of no lead.
func activeLeadOf(call projection.Parent) (lead activeLead) {
	if call.Decode("lead", &lead) != nil {
		return activeLead{}
	}
	return lead
}

// activeCallLeads are the leads of calls that users are in.
func activeCallLeads(calls []projection.Parent) []projection.Reference {
	refs := make([]projection.Reference, len(calls))
	for i, call := range calls {
		if lead := activeLeadOf(call); lead.ID != "" {
			refs[i] = projection.Reference{Type: "Lead", ID: lead.ID}
		}
	}
	return refs
}

// activeCallLeadNames are the names of these leads, which Close tells along.
func activeCallLeadNames(_ context.Context, c projection.Computation) ([]any, error) {
	names := make([]any, len(c.Parents))
	for i, call := range c.Parents {
		if lead := activeLeadOf(call); lead.DisplayName != nil {
			names[i] = *lead.DisplayName
		}
	}
	return names, nil
}
