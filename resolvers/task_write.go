package resolvers

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
)

// maxBulk is how many tasks a change may be asked to return (Close's framework changes fewer than 1,000 at once).
const maxBulk = 1000

// setComplete marks a task as done, or as not done.
func (r *mutationResolver) setComplete(ctx context.Context, id string, complete bool) (*model.TaskPayload, error) {
	task, errs, err := r.change(ctx, "PUT /task/{id}/", "Task", id, "task", map[string]any{"is_complete": complete})
	return &model.TaskPayload{Task: task, UserErrors: errs}, err
}

// updateTasks changes all tasks that a filter finds. Close answers with a mere ok: where the tasks are wanted, they are
// looked up before the change, since the filter may no longer find them after it, and read again by their ids.
func (r *mutationResolver) updateTasks(ctx context.Context) (*model.TasksUpdatePayload, error) {
	params, err := r.Projection.Filter(ctx, "filter")
	if err != nil {
		return refusedTasks(err, "filter")
	}
	body, errs := r.changes(ctx)
	if errs != nil {
		return &model.TasksUpdatePayload{UserErrors: errs}, nil
	}
	zone, err := r.Projection.Zone(ctx)
	switch {
	case err != nil:
		return refusedTasks(err, "timeZone")
	case len(params) == 0:
		return refuseTasks("give at least one condition; without one all tasks would be changed", "filter"), nil
	}
	answer := r.Projection.Answer(ctx, "tasks")
	var ids []string
	if answer.Selected() {
		if ids, err = r.taskIDs(ctx, params, zone); err != nil {
			return nil, err
		}
		if len(ids) > maxBulk {
			return refuseTasks("more than 1,000 tasks match; narrow the filter, or do not select tasks", "filter"), nil
		}
	}
	ofAllTypes(params)
	body["_params"] = params
	_, err = r.Projection.Do(ctx, closeapi.Call{Operation: "PUT /task/", Body: body, Offset: zone})
	errs, err = r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.TasksUpdatePayload{UserErrors: errs}, err
	}
	tasks, err := answer.Objects(ctx, ids)
	return &model.TasksUpdatePayload{Tasks: tasks, UserErrors: errs}, err
}

func refuseTasks(message, arg string) *model.TasksUpdatePayload {
	return &model.TasksUpdatePayload{UserErrors: userError(model.UserErrorCodeInvalid, message, arg)}
}

func refusedTasks(err error, arg string) (*model.TasksUpdatePayload, error) {
	errs, err := inputErrors(err, arg)
	return &model.TasksUpdatePayload{UserErrors: errs}, err
}

// ofAllTypes asks for tasks of every type where the filter names none: without it, Close means those of type lead
// alone (Close docs: Tasks).
func ofAllTypes(params map[string]string) {
	if _, typed := params["_type__in"]; !typed {
		params["_type"] = "all"
	}
}

// taskIDs are the ids of the tasks that a filter finds; one more than maxBulk stands for too many.
func (r *mutationResolver) taskIDs(ctx context.Context, params map[string]string, zone *closeapi.Offset) ([]string, error) {
	if ids, ok := params["id__in"]; ok && len(params) == 1 {
		return strings.Split(ids, ","), nil
	}
	list := maps.Clone(params)
	list["_limit"] = strconv.Itoa(maxBulk)
	ofAllTypes(list)
	doc, err := r.Projection.Do(ctx, closeapi.Call{
		Operation: "GET /task/", Params: list, Fields: []string{"id"}, Offset: zone,
	})
	if err != nil {
		return nil, err
	}
	var page struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
		More bool `json:"has_more"`
	}
	if err := json.Unmarshal(doc.Body, &page); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(page.Data)+1)
	for _, task := range page.Data {
		ids = append(ids, task.ID)
	}
	if page.More {
		ids = append(ids, "")
	}
	return ids, nil
}
