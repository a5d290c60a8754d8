package sandbox

import (
	"maps"
	"net/http"
	"slices"
)

// mergeEndpoint is POST /lead/merge/: everything of one lead goes to another, and the first one goes away
// (Close docs: Leads).
func mergeEndpoint() *endpoint {
	return &endpoint{group: "lead write", status: http.StatusOK, writes: true, handle: func(c *call, b []byte) ([]byte, *apiError) {
		st, errs := c.s.store, fieldErrors{}
		leads := map[string]*object{}
		for _, name := range []string{"source", "destination"} {
			id, ok := c.body[name].(string)
			leads[name] = st.get("lead", id)
			switch {
			case !ok || id == "":
				errs[name] = textRequired
			case leads[name] == nil:
				errs[name] = textNoObject
			}
		}
		if refused := c.members("source", "destination"); refused != nil {
			return nil, refused
		}
		if len(errs) == 0 && leads["source"] == leads["destination"] {
			errs["source"] = "A lead cannot be merged with itself."
		}
		if len(errs) > 0 {
			return nil, refuseFields(errs)
		}
		w := &write{c, st}
		w.mergeLeads(leads["source"], leads["destination"])
		return append(b, '{', '}'), nil
	}}
}

// mergeLeads moves what hangs on the source, and fills in what the destination does not have.
func (w *write) mergeLeads(source, destination *object) {
	for _, name := range slices.Sorted(maps.Keys(w.st.tables)) {
		for _, o := range slices.Clone(w.st.of(name, source.id)) {
			w.st.set(o, "lead_id", destination.id)
		}
	}
	values := map[string]any{"addresses": append(slices.Clone(addresses(destination)), addresses(source)...)}
	for name, v := range source.values {
		if destination.values[name] == nil && v != nil {
			values[name] = v
		}
	}
	w.apply(destination, values)
	w.loggedActivity("lead_merge", destination.id, map[string]any{
		"source_lead_id": source.id, "source_display_name": leadName(source),
		"destination_lead_id": destination.id, "destination_display_name": leadName(destination),
		"merge_status": "completed", "error_message": nil,
	})
	w.st.remove("lead", source)
	w.st.journal.merge = destination
	w.st.journal.meta = append(w.st.journal.meta, field{"merge_source_lead_id", source.id}, field{"merge_destination_lead_id", destination.id})
}
