package resolvers

import (
	"context"
	"encoding/json"

	"github.com/tidwall/gjson"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
)

// callersOrganization is the organization that the caller's credential is for: a key or a token is for one alone (Close
// docs: Authentication).
func callersOrganization(ctx context.Context, close projection.Doer) (string, error) {
	doc, err := close.Do(ctx, closeapi.Call{Operation: "GET /me/", Fields: []string{"organizations"}})
	if err != nil {
		return "", err
	}
	var me map[string]json.RawMessage
	var organizations []struct {
		ID string `json:"id"`
	}
	err = doc.Decode(&me)
	if err == nil {
		err = json.Unmarshal(me["organizations"], &organizations)
	}
	if err != nil || len(organizations) != 1 || organizations[0].ID == "" {
		return "", projection.BadInput("organizationId: Close does not tell which organization your credential is for; give its id")
	}
	return organizations[0].ID, nil
}

// metric is a metric of an activity report with its value.
type metric struct {
	Key   string          `json:"metric"`
	Value json.RawMessage `json:"value"`
}

// metricsOf are the metrics among the members of an object, in its order. Beside them stands what the row is about, which
// is no number; null is a metric of nothing (Close docs: Reporting).
func metricsOf(object json.RawMessage) []metric {
	metrics := []metric{}
	gjson.ParseBytes(object).ForEach(func(key, value gjson.Result) bool {
		switch name := key.String(); {
		case name == "datetime", name == "user_id":
		case value.Type == gjson.Number, value.Type == gjson.Null:
			metrics = append(metrics, metric{name, json.RawMessage(value.Raw)})
		}
		return true
	})
	return metrics
}

// reportValues are all metrics of the objects that a member holds.
func reportValues(member string) projection.Compute {
	return func(_ context.Context, c projection.Computation) ([]any, error) {
		values := make([]any, len(c.Parents))
		for i, parent := range c.Parents {
			if object := parent.Raw(member); isObject(object) {
				values[i] = metricsOf(object)
			}
		}
		return values, nil
	}
}

// reportValue is one metric of the objects that a member holds.
func reportValue(member string) projection.Compute {
	return func(_ context.Context, c projection.Computation) ([]any, error) {
		values := make([]any, len(c.Parents))
		for i, parent := range c.Parents {
			for _, m := range metricsOf(parent.Raw(member)) {
				if m.Key == c.Args["metric"] {
					values[i] = m.Value
				}
			}
		}
		return values, nil
	}
}

// reportQueries are the text queries behind metrics, which Close writes as an object of them.
func reportQueries(_ context.Context, c projection.Computation) ([]any, error) {
	values := make([]any, len(c.Parents))
	for i, parent := range c.Parents {
		object := parent.Raw("leads")
		if !isObject(object) {
			continue
		}
		queries := []any{}
		gjson.ParseBytes(object).ForEach(func(key, texts gjson.Result) bool {
			queries = append(queries, map[string]any{"metric": key.String(), "queries": json.RawMessage(texts.Raw)})
			return true
		})
		values[i] = queries
	}
	return values, nil
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }
