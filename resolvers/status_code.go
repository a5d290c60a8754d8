package resolvers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/closegraph/closegraph/internal/projection"
)

// pipelineStatuses works out the field statuses of pipelines. Close leaves out of a status inside a pipeline which pipeline
// it is, and whose, so that is added.
func pipelineStatuses(_ context.Context, c projection.Computation) ([]any, error) {
	all := make([]any, len(c.Parents))
	for i, pipeline := range c.Parents {
		raw, id := pipeline.Raw("statuses"), pipeline.Raw("id")
		var statuses []json.RawMessage
		switch {
		case len(raw) == 0 || string(raw) == "null":
			continue
		case len(id) == 0 || raw[0] != '[':
			all[i] = raw // what is wrong with it shows where it is written
			continue
		}
		if err := json.Unmarshal(raw, &statuses); err != nil {
			return nil, fmt.Errorf("read the statuses of pipeline %s: %w", id, err)
		}
		for n, status := range statuses {
			statuses[n] = withMember(status, "pipeline_id", id)
			if owner := pipeline.Raw("organization_id"); len(owner) > 0 {
				statuses[n] = withMember(statuses[n], "organization_id", owner)
			}
		}
		all[i] = statuses
	}
	return all, nil
}

// withMember is a JSON object with one more member, before the others; of anything else it is that.
func withMember(object json.RawMessage, name string, value json.RawMessage) json.RawMessage {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(object), []byte("{"))
	if !ok {
		return object
	}
	rest = bytes.TrimSpace(rest)
	comma := ","
	if rest[0] == '}' {
		comma = ""
	}
	return fmt.Appendf(nil, "{%q:%s%s%s", name, value, comma, rest)
}
