package sandbox

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// exportColumns are the columns of an export that names none, by its type. Close does not list its own.
var exportColumns = map[string][]string{
	"leads":     {"id", "display_name", "description", "url", "status_id", "status_label", "date_created", "date_updated"},
	"contacts":  {"lead_id", "lead_name", "id", "name", "title", "primary_email", "date_created", "date_updated"},
	"lead_opps": {"lead_id", "lead_name", "id", "status_label", "status_type", "value", "value_period", "confidence", "date_won", "date_created"},
	"opps":      {"id", "lead_id", "lead_name", "status_label", "status_type", "value", "value_period", "confidence", "date_won", "date_created"},
}

// writeExport writes the file of an export.
func writeExport(w *write, job *object, all []*object) {
	rows := []*object{}
	for _, o := range all {
		switch job.str("type") {
		case "contacts":
			rows = append(rows, w.st.of("contact", o.id)...)
		case "lead_opps":
			rows = append(rows, w.st.of("opportunity", o.id)...)
		default:
			rows = append(rows, o)
		}
	}
	v := w.c.view()
	write := exportCSV
	if job.str("format") == "json" {
		write = exportJSON
	}
	job.values["file"] = write(&v, job, rows)
}

// exportJSON writes the objects with the members of the export.
func exportJSON(v *view, job *object, rows []*object) []byte {
	return list(nil, rows, func(b []byte, o *object) []byte {
		f := fields{}
		for _, column := range listOf(job, "fields") {
			name, _ := column.(string)
			f = append(f, field{name, exported(v, o, name)})
		}
		return v.fields(b, f)
	})
}

func exportCSV(v *view, job *object, rows []*object) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	header := []string{}
	for _, column := range listOf(job, "fields") {
		name, _ := column.(string)
		header = append(header, name)
	}
	_ = w.Write(header) // a bytes.Buffer does not fail
	for _, o := range rows {
		record := make([]string, len(header))
		for i, name := range header {
			record[i] = cell(v, exported(v, o, name), job.str("date_format"))
		}
		_ = w.Write(record)
	}
	w.Flush()
	return b.Bytes()
}

// exported is the value of a column.
func exported(v *view, o *object, name string) any {
	switch {
	case name == "id":
		return o.id
	case name == "primary_email" && o.res.name == "contact":
		return firstEmail(o)
	case name == "lead_name" && o.res.name == "contact":
		return v.name("lead", o.str("lead_id"))
	case strings.HasPrefix(name, "custom."):
		return o.values[name]
	}
	for _, m := range selectNames([]string{name}).of(o) {
		if m.derive != nil {
			return m.derive(v, o)
		}
	}
	return o.values[name]
}

// cell is a value as CSV has it.
func cell(v *view, value any, dates string) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case moment:
		if value.day {
			return value.t.Format(time.DateOnly)
		}
		switch dates {
		case "iso8601":
			return value.t.UTC().Format("2006-01-02T15:04:05+00:00")
		case "excel":
			return value.t.UTC().Format("2006-01-02 03:04:05 PM")
		}
		return value.t.UTC().Format("2006-01-02 15:04:05.999999+00:00")
	case json.Number:
		return value.String()
	}
	return string(v.value(nil, value))
}

// download serves the file of an export to whoever has its address.
func (s *Server) download(r *http.Request) *answer {
	name := strings.TrimPrefix(r.URL.Path, exportsPath)
	id := strings.TrimSuffix(name, path.Ext(name))
	expires := r.URL.Query().Get("expires")
	until, err := strconv.ParseInt(expires, 10, 64)
	s.data.RLock()
	defer s.data.RUnlock()
	o := s.store.get("export", id)
	if err != nil || o == nil || r.URL.Query().Get("signature") != hashOf(id, expires) || s.now().Unix() > until {
		a := newAnswer(http.StatusForbidden, []byte("<Error><Code>AccessDenied</Code></Error>"))
		a.header.Set("Content-Type", "application/xml")
		return a
	}
	file, _ := o.values["file"].([]byte)
	a := newAnswer(http.StatusOK, compress(file))
	a.header.Set("Content-Encoding", "gzip")
	a.header.Set("Content-Disposition", "attachment; filename="+strconv.Quote(name))
	if o.str("format") == "csv" {
		a.header.Set("Content-Type", "text/csv")
	}
	a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	return a
}
