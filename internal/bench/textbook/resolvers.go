package textbook

import (
	"context"
	"net/url"
	"strconv"
)

// resolver resolves what the benchmarks ask for. The interfaces that gqlgen generates for the rest of the schema are
// embedded and nil.
type resolver struct{ close *client }

type (
	queryResolver struct {
		QueryResolver
		*resolver
	}
	taskResolver struct{ *resolver }
)

// Query resolves the fields of Query.
func (r *resolver) Query() QueryResolver { return queryResolver{resolver: r} }

// Task resolves the edges of Task.
func (r *resolver) Task() TaskResolver { return taskResolver{r} }

// Mutation resolves nothing.
func (*resolver) Mutation() MutationResolver { return nil }

// Task is the resolver for the task field.
func (r queryResolver) Task(ctx context.Context, id string) (*Task, error) {
	var task closeTask
	if err := r.close.get(ctx, "/task/"+url.PathEscape(id)+"/", url.Values{"_fields": {taskFields}}, &task); err != nil {
		return nil, err
	}
	return newTask(&task), nil
}

// Tasks is the resolver for the tasks field.
func (r queryResolver) Tasks(ctx context.Context, first *int, _ *string, _ *TaskFilter, _ *TaskOrder, _ *string) (*TaskConnection, error) {
	var list closeList[closeTask]
	params := url.Values{"_type": {"all"}, "_limit": {strconv.Itoa(*first)}, "_fields": {taskFields}}
	if err := r.close.get(ctx, "/task/", params, &list); err != nil {
		return nil, err
	}
	nodes := make([]*Task, len(list.Data))
	for i := range list.Data {
		nodes[i] = newTask(&list.Data[i])
	}
	return &TaskConnection{Nodes: nodes}, nil
}

func newTask(t *closeTask) *Task {
	return &Task{
		ID: t.ID, Text: t.Text, DueDate: t.Date, IsComplete: t.IsComplete,
		LeadID: t.LeadID, AssigneeID: t.AssignedTo, CreatorID: t.CreatedBy,
	}
}

// Lead is the resolver for the lead field.
func (taskResolver) Lead(ctx context.Context, task *Task) (*Lead, error) {
	if task.LeadID == nil {
		return nil, nil
	}
	return loadersOf(ctx).leads.Load(ctx, *task.LeadID)()
}

// Assignee is the resolver for the assignee field.
func (taskResolver) Assignee(ctx context.Context, task *Task) (*User, error) {
	return user(ctx, task.AssigneeID)
}

// Creator is the resolver for the creator field.
func (taskResolver) Creator(ctx context.Context, task *Task) (*User, error) {
	return user(ctx, task.CreatorID)
}

func user(ctx context.Context, id *string) (*User, error) {
	if id == nil {
		return nil, nil
	}
	return loadersOf(ctx).users.Load(ctx, *id)()
}
