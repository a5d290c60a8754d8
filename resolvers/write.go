package resolvers

import (
	"context"
	"errors"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// create makes an object from the argument input. The value is for the field of the payload that holds the object.
func (r *Resolver) create(ctx context.Context, operation, field string) (*projection.Value, []*model.UserError, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	return r.write(ctx, field, closeapi.Call{Operation: operation, Body: body})
}

// body is the argument input as the body of a request, or what is wrong with it.
func (r *Resolver) body(ctx context.Context) (map[string]any, []*model.UserError) {
	body, faults := r.Projection.Body(ctx, "input")
	var errs []*model.UserError
	for _, fault := range faults {
		errs = append(errs, userError(model.UserErrorCodeInvalid, fault.Message, fault.Path...)...)
	}
	return body, errs
}

// changes are the argument input as the body of an update, of which something has to be there.
func (r *Resolver) changes(ctx context.Context) (map[string]any, []*model.UserError) {
	body, errs := r.body(ctx)
	if errs == nil && len(body) == 0 {
		errs = userError(model.UserErrorCodeInvalid, "give at least one change", "input")
	}
	return body, errs
}

// createInInbox makes a message from the argument input and, if wanted, a notification in the inbox. Close makes none for
// messages that did not come in, without a word.
func (r *Resolver) createInInbox(ctx context.Context, operation, field string, inbox *bool, cameIn bool) (*projection.Value, []*model.UserError, error) {
	if inbox == nil || !*inbox {
		return r.create(ctx, operation, field)
	}
	if !cameIn {
		return nil, userError(model.UserErrorCodeInvalid, "only a message that came in goes to the inbox", "sendToInbox"), nil
	}
	body, errs := r.body(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	return r.write(ctx, field, closeapi.Call{Operation: operation, Body: body, Params: map[string]string{"send_to_inbox": "true"}})
}

// update changes an object by the argument input.
func (r *Resolver) update(ctx context.Context, operation, typeName, id, field string) (*projection.Value, []*model.UserError, error) {
	body, errs := r.changes(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	return r.change(ctx, operation, typeName, id, field, body)
}

// change sends a body of changes to an object.
func (r *Resolver) change(ctx context.Context, operation, typeName, id, field string, body map[string]any) (*projection.Value, []*model.UserError, error) {
	if errs := r.idErrors(typeName, id); errs != nil {
		return nil, errs, nil
	}
	return r.write(ctx, field, closeapi.Call{Operation: operation, Vars: []string{id}, Body: body})
}

// write makes a call that answers with the object.
func (r *Resolver) write(ctx context.Context, field string, call closeapi.Call) (*projection.Value, []*model.UserError, error) {
	answer := r.Projection.Answer(ctx, field)
	call.Fields = answer.Fields()
	doc, err := r.Projection.Do(ctx, call)
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return nil, errs, err
	}
	value, err := answer.Document(ctx, doc)
	return value, errs, err
}

// remove deletes an object; the id is that of what is gone.
func (r *Resolver) remove(ctx context.Context, operation, typeName, id string) (*string, []*model.UserError, error) {
	if errs := r.idErrors(typeName, id); errs != nil {
		return nil, errs, nil
	}
	_, err := r.Projection.Do(ctx, closeapi.Call{Operation: operation, Vars: []string{id}})
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return nil, errs, err
	}
	return &id, errs, nil
}

// removeNamed deletes what the caller names itself, by the argument arg; the name is that of what is gone.
func (r *Resolver) removeNamed(ctx context.Context, operation, arg, name string) (*string, []*model.UserError, error) {
	_, err := r.Projection.Do(ctx, closeapi.Call{Operation: operation, Vars: []string{name}})
	var failure *closeapi.Error
	switch {
	case closeapi.IsNotFound(err):
		return nil, notFound(arg), nil
	case closeapi.IsInvalidCall(err) && errors.As(err, &failure): // a name that cannot stand in a path
		return nil, userError(model.UserErrorCodeInvalid, failure.Message, arg), nil
	}
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return nil, errs, err
	}
	return &name, errs, nil
}
