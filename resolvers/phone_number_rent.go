package resolvers

import (
	"context"
	"errors"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
)

// rentRefusals are the reasons for which Close rents no number, with words for those that it leaves without (Close docs:
// Phone Numbers).
var rentRefusals = map[string]struct {
	refusal model.PhoneNumberRefusal
	words   string
}{
	"has-voice-only":  {model.PhoneNumberRefusalHasVoiceOnly, "there are only numbers without text messages"},
	"needs-more-info": {model.PhoneNumberRefusalNeedsMoreInfo, "the country asks for more about you; give the papers as bundleId"},
	"billing-error":   {model.PhoneNumberRefusalBillingError, "the number could not be paid for"},
	"error":           {model.PhoneNumberRefusalError, "the number could not be rented"},
}

// rentPhoneNumber rents a number. Close says in a shape of its own why it does not.
func (r *mutationResolver) rentPhoneNumber(ctx context.Context) (*model.PhoneNumberRentPayload, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return &model.PhoneNumberRentPayload{UserErrors: errs}, nil
	}
	answer := r.Projection.Answer(ctx, "phoneNumber")
	doc, err := r.Projection.Do(ctx, closeapi.Call{Operation: "POST /phone_number/request/internal/", Body: body, Fields: answer.Fields()})
	var failure *closeapi.Error
	if errors.As(err, &failure) && failure.Reason != "" && failure.Status < 500 && !closeapi.IsRateLimited(err) {
		return refusedRent(failure), nil
	}
	errs, err = r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.PhoneNumberRentPayload{UserErrors: errs}, err
	}
	number, err := answer.Document(ctx, doc)
	return &model.PhoneNumberRentPayload{PhoneNumber: number, UserErrors: errs}, err
}

// refusedRent says why Close rents no number.
func refusedRent(failure *closeapi.Error) *model.PhoneNumberRentPayload {
	known, ok := rentRefusals[failure.Reason]
	if !ok {
		known.refusal, known.words = model.PhoneNumberRefusalOther, "the number could not be rented: "+failure.Reason
	}
	if failure.HasMessage() {
		known.words = failure.Message
	}
	return &model.PhoneNumberRentPayload{
		Refusal: &known.refusal, UserErrors: userError(model.UserErrorCodeInvalid, known.words, "input"),
	}
}
