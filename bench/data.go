package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// The account that the upstream serves, the same at each start. There are enough tasks that each of the different requests
// of a query has tasks of its own.
const (
	taskCount = 4000
	leadCount = 300
	userCount = 20
)

// object is an object of Close: its members as they stand in an answer.
type object map[string]json.RawMessage

// account is all that there is at the upstream, in the order in which lists have it.
type account struct {
	tasks, leads, users []object
	byID                map[string]object
}

// members are what an object has, in the order in which Close sends it.
var members = map[string][]string{
	"task": {
		"_type", "id", "organization_id", "assigned_to", "assigned_to_name", "contact_id", "contact_name", "lead_id", "lead_name",
		"object_type", "object_id", "date", "due_date", "is_complete", "is_dateless", "priority", "text", "view",
		"created_by", "created_by_name", "updated_by", "updated_by_name", "date_created", "date_updated",
	},
	"lead": {
		"id", "organization_id", "name", "display_name", "description", "url", "html_url", "status_id", "status_label",
		"created_by", "updated_by", "date_created", "date_updated",
	},
	"user": {
		"id", "email", "first_name", "last_name", "image", "last_used_timezone", "date_created", "date_updated",
		"email_verified_at", "google_profile_image_url", "organizations",
	},
}

// day is when the first task was made; each hour there was another.
var day = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func madeAt(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }

func newAccount() *account {
	a := &account{byID: map[string]object{}}
	for i := range userCount {
		first, last := pick(firstNames, i), pick(lastNames, i*7)
		a.users = append(a.users, a.keep(object{
			"id": text(id("user", i)), "email": text(fmt.Sprintf("person%d@lighthouse.example", i)),
			"first_name": text(first), "last_name": text(last), "image": text(fmt.Sprintf("https://img.example/%d.png", i)),
			"last_used_timezone": text("Europe/Vienna"), "date_created": moment(day), "date_updated": moment(day),
			"organizations": json.RawMessage(`["` + id("orga", 0) + `"]`),
		}))
	}
	for i := range leadCount {
		name := pick(lastNames, i) + " & " + pick(trades, i/3)
		a.leads = append(a.leads, a.keep(object{
			"id": text(id("lead", i)), "organization_id": text(id("orga", 0)), "name": text(name), "display_name": text(name),
			"description": text("Wants \"one dashboard\" for all of its " + strconv.Itoa(i%9+2) + " places; décor matters."),
			"url":         text(fmt.Sprintf("https://lead%d.example/", i)), "html_url": text("https://app.close.com/lead/" + id("lead", i) + "/"),
			"status_id": text(id("stat", i%5)), "status_label": text(pick(labels, i)),
			"created_by": text(id("user", i%userCount)), "date_created": moment(day), "date_updated": moment(day),
		}))
	}
	for i := range taskCount {
		lead, assignee, creator := i*13%leadCount, i*3%userCount, i*7%userCount
		a.tasks = append(a.tasks, a.keep(object{
			"_type": text("lead"), "id": text(id("task", i)), "organization_id": text(id("orga", 0)),
			"assigned_to": text(id("user", assignee)), "assigned_to_name": text(nameOf(a.users[assignee])),
			"lead_id": text(id("lead", lead)), "lead_name": a.leads[lead]["name"],
			"date": text(madeAt(i + 100).Format(time.DateOnly)), "due_date": text(madeAt(i + 100).Format(time.DateOnly)),
			"is_complete": json.RawMessage(strconv.FormatBool(i%3 == 0)), "is_dateless": json.RawMessage("false"),
			"text":       text("Call " + pick(firstNames, i) + " about the \"" + pick(trades, i) + "\" offer, no. " + strconv.Itoa(i)),
			"view":       text("inbox"),
			"created_by": text(id("user", creator)), "created_by_name": text(nameOf(a.users[creator])),
			"date_created": moment(madeAt(i)), "date_updated": moment(madeAt(i + 5).Add(927415 * time.Microsecond)),
		}))
	}
	return a
}

// keep notes an object by its id.
func (a *account) keep(o object) object {
	a.byID[stringOf(o["id"])] = o
	return o
}

// madeSince are the tasks that were made then or later.
func (a *account) madeSince(t time.Time) []object {
	first, _ := slices.BinarySearchFunc(a.tasks, t, func(o object, t time.Time) int { return timeOf(o["date_created"]).Compare(t) })
	return a.tasks[first:]
}

// id is an id as Close makes them: 43 letters and digits after the kind.
func id(kind string, n int) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	text := []byte(kind + "_")
	for x, i := uint64(n)+1, 0; i < 43; i++ {
		x = x*6364136223846793005 + uint64(kind[0])
		text = append(text, letters[x>>33%62])
	}
	return string(text)
}

func nameOf(user object) string {
	return stringOf(user["first_name"]) + " " + stringOf(user["last_name"])
}

// text is a text as JSON, without the escapes that HTML would need.
func text(s string) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // texts always encode
	return bytes.TrimSpace(b.Bytes())
}

// moment is a moment as Close writes it.
func moment(t time.Time) json.RawMessage { return text(t.Format("2006-01-02T15:04:05.000000+00:00")) }

func stringOf(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

func timeOf(raw json.RawMessage) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, stringOf(raw))
	return t
}

func pick(from []string, n int) string { return from[n%len(from)] }

var (
	firstNames = []string{"Zoë", "Ivan", "Noor", "Priya", "Aoife", "Samuel", "Claire", "Lachlan", "Maren", "Diego", "Hannah"}
	lastNames  = []string{"Okafor", "Dubois", "Bergström", "Weiss", "Haddad", "Raman", "Fuentes", "Brennan", "Adeyemi", "Jankowski", "Pryce", "Rossi", "Almeida"}
	trades     = []string{"Joinery", "Bakery", "Solar", "Glass", "Textiles", "Dairy", "Outfitters", "Kiln", "Foods"}
	labels     = []string{"Potential", "Qualified", "Customer", "Bad Fit", "Canceled"}
)
