package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	// exportsPath is where the files of exports are had: the place of Close's file store, which is no part of its API.
	exportsPath = "/sandbox-exports/"
	// downloadLife is how long the address of a file is good (Close docs: Exports, the example).
	downloadLife = time.Minute
)

// Exports are jobs that write a file. There are two kinds: of leads, with what belongs to them, and of opportunities
// (Close docs: Exports).

func exportResource() *resource {
	ofLeads, withDates := []string{"lead csv", "lead json"}, []string{"lead csv", "opportunity csv"}
	on := func(variants []string, names ...string) []*memberDef {
		ms := stored(names...)
		for _, m := range ms {
			m.variants = variants
		}
		return ms
	}
	return &resource{
		name: "export", path: "/export/", group: "export", read: true, idLength: 22,
		variant: func(o *object) string { return o.str("kind") + " " + o.str("format") },
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("type", "format", "status", "fields", "n_docs", "n_docs_processed", "send_done_email"),
			[]*memberDef{derived("download_url", downloadURL)},
			on(withDates, "date_format"),
			on(ofLeads, "s_query", "sort", "results_limit"),
			on([]string{"opportunity csv", "opportunity json"}, "params"),
			authorship(false),
		),
		list:    &listing{maxLimit: 100, maxSkip: defaultMaxSkip},
		writing: &writing{},
	}
}

// addExports adds the paths of each kind of exports.
func (a *api) addExports() {
	r := a.resources["export"]
	for kind, create := range map[string]func(*write) (*object, *apiError){"lead": exportLeads, "opportunity": exportOpportunities} {
		ofKind := func(o *object) bool { return o.str("kind") == kind }
		list := r.endpoint("read", func(c *call, b []byte) ([]byte, *apiError) {
			matches, refused := r.match(c)
			if refused != nil {
				return nil, refused
			}
			return r.page(c, b, slices.DeleteFunc(matches, func(o *object) bool { return !ofKind(o) }))
		}, []string{"_limit", "_skip", "_fields"})
		one := r.endpoint("read", func(c *call, b []byte) ([]byte, *apiError) {
			if o := c.s.store.get("export", c.id); o == nil || !ofKind(o) {
				return nil, notFound(c.id)
			}
			return r.handleRead(c, b)
		}, []string{"_fields"})
		begin := r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
			o, refused := create(&write{c, c.s.store})
			if refused != nil {
				return nil, refused
			}
			v := c.view()
			return v.object(b, o, nil), nil
		})
		a.add(r.path+kind+"/", map[string]*endpoint{http.MethodGet: list, http.MethodPost: begin})
		a.add(r.path+kind+"/{id}/", map[string]*endpoint{http.MethodGet: one})
	}
}

// exportInputs are what both kinds take.
func exportInputs(own ...input) []input {
	return append([]input{
		{name: "format", on: onCreate, required: true, check: oneOf("csv", "json")},
		{name: "date_format", on: onCreate, check: oneOf("original", "iso8601", "excel")},
		{name: "fields", on: onCreate, check: anyList},
		{name: "send_done_email", on: onCreate, notNull: true, check: yesOrNo},
	}, own...)
}

func exportLeads(w *write) (*object, *apiError) {
	inputs := exportInputs(
		input{name: "type", on: onCreate, required: true, check: oneOf("leads", "contacts", "lead_opps")},
		input{name: "s_query", on: onCreate, check: anyDict},
		input{name: "results_limit", on: onCreate, check: integer(0, 1<<31)},
		input{name: "sort", on: onCreate, notNull: true, check: anyList},
		input{name: "include_activities", on: onCreate, notNull: true, check: yesOrNo},
		input{name: "include_smart_fields", on: onCreate, notNull: true, check: yesOrNo},
		input{name: "include_addresses", on: onCreate, notNull: true, check: yesOrNo},
		input{name: "include_custom_objects", on: onCreate, notNull: true, check: yesOrNo},
	)
	values, refused := formOf(inputs).input(w, onCreate)
	if refused != nil {
		return nil, refused
	}
	errs := fieldErrors{}
	if values["include_activities"] == true && (values["format"] != "json" || values["type"] != "leads") {
		errs["include_activities"] = "Activities can be included in JSON exports of leads only."
	}
	if _, wrong := w.searched(values, nil, errs); wrong || len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	if values["s_query"] == nil {
		values["s_query"] = map[string]any{"type": "object_type", "object_type": "lead"}
	}
	return w.beginExport("lead", values, leadsFound), nil
}

func exportOpportunities(w *write) (*object, *apiError) {
	values, refused := formOf(exportInputs(input{name: "params", on: onCreate, notNull: true, check: anyDict})).input(w, onCreate)
	if refused != nil {
		return nil, refused
	}
	values["type"] = "opps"
	if values["params"] == nil {
		values["params"] = map[string]any{}
	}
	if _, refused := w.filtered(values["params"].(map[string]any)); refused != nil {
		return nil, refused
	}
	return w.beginExport("opportunity", values, func(w *write, job *object) []*object {
		all, _ := w.filtered(job.values["params"].(map[string]any)) // checked when the export was begun
		return all
	}), nil
}

// formOf is a resource with nothing but inputs.
func formOf(inputs []input) *resource {
	return &resource{writing: &writing{inputs: inputs}}
}

// filtered are the opportunities that the filters of their list let through.
func (w *write) filtered(given map[string]any) ([]*object, *apiError) {
	r := w.c.s.api.resources["opportunity"]
	c := *w.c
	c.params = url.Values{}
	for name, v := range given {
		p, known := r.list.params[name]
		if !known || p.filter == nil {
			return nil, refuseField("params", "Unknown filter "+name+".")
		}
		text, isText := v.(string)
		if number, ok := v.(json.Number); ok {
			text, isText = number.String(), true
		}
		if flag, ok := v.(bool); ok {
			text, isText = strconv.FormatBool(flag), true
		}
		if !isText {
			return nil, refuseField("params", "The value of "+name+" must be a string.")
		}
		c.params.Set(name, text)
	}
	return r.match(&c)
}

func (w *write) beginExport(kind string, values map[string]any, find func(w *write, job *object) []*object) *object {
	values["kind"], values["status"], values["n_docs"], values["n_docs_processed"] = kind, "created", nil, 0
	for name, preset := range map[string]any{"date_format": "original", "send_done_email": true, "results_limit": nil, "sort": []any{}} {
		if values[name] == nil {
			values[name] = preset
		}
	}
	if values["fields"] == nil {
		values["fields"] = columnsOf(values["type"].(string))
	}
	w.stamp(values)
	o := w.st.add("export", "expo_", values)
	w.begin(o, jobSteps{
		counting: "started", working: "in_progress", find: find,
		each: func(*write, *object, *object) {},
		count: func(all []*object, done int) map[string]any {
			return map[string]any{"n_docs": len(all), "n_docs_processed": done}
		},
		finish: writeExport,
	})
	return o
}

// columnsOf are the columns of an export that names none.
func columnsOf(kind string) []any {
	var columns []any
	for _, name := range exportColumns[kind] {
		columns = append(columns, name)
	}
	return columns
}

// downloadURL is where the file of an export can be had for a while; nil until it is done.
func downloadURL(v *view, o *object) any {
	if o.str("status") != "done" {
		return nil
	}
	expires := strconv.FormatInt(v.now.Add(downloadLife).Unix(), 10)
	return v.base + exportsPath + o.id + "." + o.str("format") + "?expires=" + expires + "&signature=" + hashOf(o.id, expires)
}
