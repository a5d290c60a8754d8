// Command e2e is an app of somebody else: a Go client that genqlient generates from the printed schema, run against a server
// with demo data. In this directory, with the server's address:
//
//	go generate && go run . http://127.0.0.1:8080/graphql
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: e2e URL")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := graphql.NewClient(os.Args[1], http.DefaultClient)
	for _, step := range []func(context.Context, graphql.Client) error{workInbox, readLead, changeTasks, findCustomers, knowTeam, meetErrors} {
		if err := step(ctx, client); err != nil {
			fmt.Fprintln(os.Stderr, "genqlient:", err)
			os.Exit(1)
		}
	}
}

// workInbox reads the inbox page by page: each task once, and what tasks are about as the types that they have.
func workInbox(ctx context.Context, client graphql.Client) error {
	seen, about, pages := map[string]bool{}, map[string]int{}, 0
	for after := (*string)(nil); ; {
		inbox, err := Inbox(ctx, client, 20, after)
		if err != nil {
			return err
		}
		pages++
		for _, task := range inbox.Tasks.Nodes {
			if seen[task.Id] {
				return fmt.Errorf("task %s came twice", task.Id)
			}
			seen[task.Id] = true
			if task.Subject != nil {
				about[deref((*task.Subject).GetTypename())]++
			}
		}
		if !inbox.Tasks.PageInfo.HasNextPage {
			break
		}
		after = inbox.Tasks.PageInfo.EndCursor
	}
	if pages < 2 || len(about) < 3 {
		return fmt.Errorf("%d tasks on %d pages, about %v", len(seen), pages, about)
	}
	fmt.Printf("genqlient: %d tasks on %d pages, about %v\n", len(seen), pages, about)
	return nil
}

// readLead reads the page of a lead: custom fields and activities come as the types that they have.
func readLead(ctx context.Context, client graphql.Client) error {
	found, err := Customers(ctx, client, 20, nil)
	if err != nil {
		return err
	}
	kinds, texts := map[string]int{}, 0
	for _, node := range found.Search.Nodes {
		lead, ok := node.(*CustomersSearchSearchResultConnectionNodesLead)
		if !ok {
			return fmt.Errorf("a search among leads found a %T", node)
		}
		page, err := LeadPage(ctx, client, lead.Id)
		if err != nil {
			return err
		}
		for _, field := range page.Lead.CustomFields {
			for _, value := range field.Values {
				if text, ok := value.(*LeadPageLeadCustomFieldsCustomFieldValueValuesCustomText); ok && deref(text.Text) != "" {
					texts++
				}
			}
		}
		for _, activity := range page.Lead.Activities.Nodes {
			if activity.GetActivityAt() == nil || activity.GetActivityAt().IsZero() {
				return fmt.Errorf("activity %s has no time", activity.GetId())
			}
			kinds[deref(activity.GetTypename())]++
		}
	}
	if len(kinds) < 4 || texts == 0 {
		return fmt.Errorf("activities of the kinds %v, and %d texts in custom fields", kinds, texts)
	}
	fmt.Printf("genqlient: activities %v, %d texts in custom fields\n", kinds, texts)
	return nil
}

// changeTasks makes a task, once with something amiss, and completes it.
func changeTasks(ctx context.Context, client graphql.Client) error {
	found, err := Customers(ctx, client, 1, nil)
	if err != nil {
		return err
	}
	lead := found.Search.Nodes[0].(*CustomersSearchSearchResultConnectionNodesLead).Id
	refused, err := AddTask(ctx, client, TaskCreateInput{Type: TaskCreateTypeLead, LeadId: lead})
	if err != nil {
		return err
	}
	if errs := refused.TaskCreate.UserErrors; len(errs) != 1 || !slices.Equal(errs[0].Field, []string{"input", "text"}) || errs[0].Code != UserErrorCodeInvalid {
		return fmt.Errorf("a task without a text was answered with %+v", refused.TaskCreate)
	}
	text := "Call back"
	made, err := AddTask(ctx, client, TaskCreateInput{Type: TaskCreateTypeLead, LeadId: lead, Text: &text})
	if err != nil {
		return err
	}
	if len(made.TaskCreate.UserErrors) > 0 || deref(made.TaskCreate.Task.Text) != text {
		return fmt.Errorf("a task was answered with %+v", made.TaskCreate)
	}
	done, err := Done(ctx, client, made.TaskCreate.Task.Id)
	if err != nil {
		return err
	}
	if !deref(done.TaskComplete.Task.IsComplete) {
		return fmt.Errorf("completing a task was answered with %+v", done.TaskComplete.Task)
	}
	fmt.Println("genqlient: a task is refused, made and completed")
	return nil
}

// findCustomers follows a search over its pages.
func findCustomers(ctx context.Context, client graphql.Client) error {
	first, err := Customers(ctx, client, 5, nil)
	if err != nil {
		return err
	}
	next, err := Customers(ctx, client, 5, first.Search.PageInfo.EndCursor)
	if err != nil {
		return err
	}
	if deref(first.Search.TotalCount) <= 10 || len(next.Search.Nodes) != 5 {
		return fmt.Errorf("%d leads, %d on the second page", deref(first.Search.TotalCount), len(next.Search.Nodes))
	}
	fmt.Printf("genqlient: %d leads are found\n", deref(first.Search.TotalCount))
	return nil
}

// knowTeam reads who may do what: enums come as constants.
func knowTeam(ctx context.Context, client graphql.Client) error {
	team, err := Team(ctx, client)
	if err != nil {
		return err
	}
	managers := 0
	members := team.Viewer.Memberships[0].Organization.Memberships
	for _, member := range members {
		if slices.Contains(member.Role.Permissions, PermissionManageOrganization) {
			managers++
		}
	}
	if managers != 1 || len(team.Groups) == 0 {
		return fmt.Errorf("%d of %d may manage, in %d groups", managers, len(members), len(team.Groups))
	}
	fmt.Printf("genqlient: %d colleagues in %d groups\n", len(members), len(team.Groups))
	return nil
}

// meetErrors gives an id that is none: the error says by its code what kind it is.
func meetErrors(ctx context.Context, client graphql.Client) error {
	_, err := LeadPage(ctx, client, "nobody")
	var list gqlerror.List
	if !errors.As(err, &list) || list[0].Extensions["code"] != "BAD_USER_INPUT" {
		return fmt.Errorf("an id that is none was answered with %w", err)
	}
	fmt.Println("genqlient: errors have codes")
	return nil
}

// deref is what a pointer leads to; the zero value where Close has none.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
