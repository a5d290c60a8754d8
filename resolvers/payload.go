package resolvers

import (
	"context"
	"errors"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// userError is the list of one error about the argument at a path.
func userError(code model.UserErrorCode, message string, path ...string) []*model.UserError {
	return []*model.UserError{{Field: path, Message: message, Code: code}}
}

// idErrors are the errors of an id that cannot be one of a type.
func (r *Resolver) idErrors(typeName, id string) []*model.UserError {
	if err := r.Projection.CheckID(typeName, id); err != nil {
		return userError(model.UserErrorCodeInvalid, err.Error(), "id")
	}
	return nil
}

// inputErrors are the errors of an argument that the projection refused; any other error is returned as it came.
func inputErrors(err error, arg string) ([]*model.UserError, error) {
	var refused *projection.Error
	if errors.As(err, &refused) && refused.Code == projection.BadUserInput {
		return userError(model.UserErrorCodeInvalid, refused.Message, arg), nil
	}
	return []*model.UserError{}, err
}

// userErrors separates what the user of a mutation can mend from what is an error of the request: a refused value or an
// object that does not exist is the user's, all else is returned as it came.
func (r *Resolver) userErrors(ctx context.Context, err error) ([]*model.UserError, error) {
	none := []*model.UserError{}
	var failure *closeapi.Error
	switch {
	case err == nil:
		return none, nil
	case closeapi.IsNotFound(err):
		return notFound("id"), nil
	case !closeapi.IsBadRequest(err) || !errors.As(err, &failure):
		return none, err
	}
	errs := none
	for _, f := range failure.FieldErrors {
		errs = append(errs, &model.UserError{
			Field: r.Projection.InputPath(ctx, "input", f.Path), Message: f.Message, Code: codeOf(f.Message),
		})
	}
	for _, message := range failure.Errors {
		errs = append(errs, &model.UserError{Message: message, Code: codeOf(message)})
	}
	if len(errs) == 0 {
		errs = append(errs, &model.UserError{Message: failure.Message, Code: model.UserErrorCodeInvalid})
	}
	return errs, nil
}

// notFound is the list of the one error that an argument leads to nothing.
func notFound(arg string) []*model.UserError {
	return userError(model.UserErrorCodeNotFound, "there is no such object, or it is not visible to you", arg)
}

// codeOf tells the kind of an error by Close's words for a reference to something that is not there.
func codeOf(message string) model.UserErrorCode {
	if strings.Contains(strings.ToLower(message), "does not exist") {
		return model.UserErrorCodeNotFound
	}
	return model.UserErrorCodeInvalid
}
