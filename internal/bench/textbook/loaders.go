package textbook

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graph-gophers/dataloader/v7"
)

// loaders batch the loads of one request.
type loaders struct {
	leads *dataloader.Loader[string, *Lead]
	users *dataloader.Loader[string, *User]
}

type loadersKey struct{}

func loadersOf(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*loaders) }

// withLoaders gives each request loaders of its own.
func withLoaders(c *client, batch Batch, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := &loaders{leads: newLoader(batch.Leads, c.leads), users: newLoader(batch.Users, c.users)}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loadersKey{}, l)))
	})
}

// unreached is a wait that no batch reaches, however busy the machine: see Batch.
const unreached = 10 * time.Second

// newLoader batches the loads of one type. The input capacity is that of the batch, since the default of 1,000 costs
// 8 KB a loader.
func newLoader[V any](capacity int, load func(context.Context, []string) (map[string]V, error)) *dataloader.Loader[string, V] {
	return dataloader.NewBatchedLoader(
		func(ctx context.Context, ids []string) []*dataloader.Result[V] {
			found, err := load(ctx, ids)
			results := make([]*dataloader.Result[V], len(ids))
			for i, id := range ids {
				value, ok := found[id]
				results[i] = &dataloader.Result[V]{Data: value, Error: err}
				if err == nil && !ok {
					results[i].Error = fmt.Errorf("get %s: not found", id)
				}
			}
			return results
		},
		dataloader.WithBatchCapacity[string, V](capacity),
		dataloader.WithInputCapacity[string, V](capacity),
		dataloader.WithWait[string, V](unreached),
	)
}

// leads reads leads by their ids.
func (c *client) leads(ctx context.Context, ids []string) (map[string]*Lead, error) {
	var list closeList[closeLead]
	ids = slices.Sorted(slices.Values(ids))
	err := c.get(ctx, "/lead/", url.Values{"id__in": {strings.Join(ids, ",")}, "_fields": {leadFields}}, &list)
	found := make(map[string]*Lead, len(list.Data))
	for _, l := range list.Data {
		found[l.ID] = &Lead{
			ID: l.ID, Name: l.Name, URL: l.URL, Description: l.Description,
			Status: &LeadStatus{ID: l.StatusID, Label: l.StatusLabel},
		}
	}
	return found, err
}

// users reads all users: Close has no list of some of them.
func (c *client) users(ctx context.Context, _ []string) (map[string]*User, error) {
	var list closeList[closeUser]
	err := c.get(ctx, "/user/", url.Values{"_limit": {"1000"}}, &list)
	found := make(map[string]*User, len(list.Data))
	for _, u := range list.Data {
		name := u.FirstName + " " + u.LastName
		found[u.ID] = &User{ID: u.ID, Name: &name, Email: u.Email, Image: u.Image}
	}
	return found, err
}
