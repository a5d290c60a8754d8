package loaders

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/closegraph/closegraph/closeapi"
)

const (
	// maxChunk is how many ids one call names: as many as have been seen to work (observed on /lead/).
	maxChunk = 100
	// maxAtOnce is how many calls one batch makes at a time.
	maxAtOnce = 8
	// maxWhole is how many pages of a list that is read whole are read before the rest is asked for by id.
	maxWhole = 5
)

// way is how objects of a type are read by many ids at once.
type way int

const (
	oneByOne way = iota
	byList       // a list with id__in, documented
	byLead       // a list with id__in that works but is not documented: checked, with byIndex behind it
	byIndex      // POST /data/search/, which lags behind: what it does not find is asked for by id
	byWhole      // the whole list, which is short; for a single object too, where it is kept
	onlyList     // a list with id__in, since none can be read by itself
)

// kind says how objects of a type are read.
type kind struct {
	way       way
	operation string            // of the list
	params    map[string]string // of the list
	object    string            // the type's name in a search
	one       map[string]string // parameters of reading a single one
	// alone are the members that lists do not have, with the parameter that asks for them, if it takes one.
	alone map[string]string
}

// kinds are the types of the schema of which many objects can be read at once; others are read one by one.
var kinds = map[string]kind{
	"Task":               {way: byList, operation: "GET /task/", params: map[string]string{"_type": "all"}},
	"Lead":               {way: byLead, operation: "GET /lead/", object: "lead"},
	"Contact":            {way: byIndex, object: "contact"},
	"Opportunity":        {way: byIndex, object: "opportunity"},
	"User":               {way: byWhole, operation: "GET /user/", params: map[string]string{"_limit": "1000"}},
	"LeadStatus":         {way: byWhole, operation: "GET /status/lead/"},
	"Pipeline":           {way: byWhole, operation: "GET /pipeline/"},
	"OpportunityStatus":  {way: byWhole, operation: "GET /status/opportunity/"},
	"Activity":           {way: onlyList, operation: "GET /activity/"},
	"Call":               {way: byList, operation: "GET /activity/call/"},
	"EmailThread":        {way: byList, operation: "GET /activity/emailthread/"},
	"SMS":                {way: byList, operation: "GET /activity/sms/"},
	"Note":               {way: byList, operation: "GET /activity/note/"},
	"Email":              {way: byList, operation: "GET /activity/email/"},
	"Meeting":            {way: byList, operation: "GET /activity/meeting/"},
	"Outcome":            {way: byWhole, operation: "GET /outcome/"},
	"Playbook":           {way: byWhole, operation: "GET /playbook/"},
	"ConnectedAccount":   {way: byWhole, operation: "GET /connected_account/"},
	"PhoneNumber":        {way: byWhole, operation: "GET /phone_number/"},
	"Role":               {way: byWhole, operation: "GET /role/"},
	"Group":              {way: byWhole, operation: "GET /group/", alone: map[string]string{"members": ""}},
	"SmartView":          {way: byWhole, operation: "GET /saved_search/", params: map[string]string{"type__in": smartViewTypes}},
	"Dialer":             {way: byWhole, operation: "GET /dialer/"},
	"CustomActivityType": {way: byWhole, operation: "GET /custom_activity/"},
	"CustomObjectType":   {way: byWhole, operation: "GET /custom_object_type/"},
	"IntegrationLink":    {way: byWhole, operation: "GET /integration_link/"},
	"Form":               {way: byWhole, operation: "GET /form/"},
	"EmailTemplate": {
		way: byWhole, operation: "GET /email_template/",
		one: withEmbedded, alone: map[string]string{"used_by_sequences": ""},
	},
	"SMSTemplate": {
		way: byWhole, operation: "GET /sms_template/",
		one: withEmbedded, alone: map[string]string{"attachments": "include_attachments"},
	},
}

// smartViewTypes are the types of Smart Views; a list that names none has those of leads alone (Close docs: Smart Views).
const smartViewTypes = "lead,contact,opportunity,call,email,sms,meeting,note,whatsapp_message,custom_activity,form_submission"

// withEmbedded finds templates that stand in a workflow too, which no list has (Close docs: Email Templates).
var withEmbedded = map[string]string{"include_embedded": "true"}

// Operations are the operations by which objects of a type are read by many ids at once.
func Operations(typeName string) []string {
	var operations []string
	k := kinds[typeName]
	if k.operation != "" {
		operations = append(operations, k.operation)
	}
	if k.object != "" {
		operations = append(operations, searchOperation)
	}
	return operations
}

// idFilter is the parameter of a list that takes ids.
const idFilter = "id__in"

// searchOperation finds objects through the index (Close docs: Advanced Filtering).
const searchOperation = "POST /data/search/"

// isAlone reports whether a member is one that lists do not have.
func (k kind) isAlone(member string) bool {
	_, alone := k.alone[member]
	return alone
}

// paramsOfOne are the parameters of reading a single object with its members.
func (k kind) paramsOfOne(members []string) map[string]string {
	params := maps.Clone(k.one)
	for _, member := range members {
		if param := k.alone[member]; param != "" {
			if params == nil {
				params = map[string]string{}
			}
			params[param] = "true"
		}
	}
	return params
}

// fetch reads what is to be found in the way of its type. It names ids in one order, so that equal needs become equal calls.
// What one call can read needs no machinery.
func (l *Loader[R]) fetch(ctx context.Context, found *found[R]) {
	k, ids := kinds[l.Type], found.ids.List()
	if len(ids) > 1 {
		ids = slices.Clone(ids)
		slices.Sort(ids)
	}
	switch {
	case slices.ContainsFunc(l.Fields, k.isAlone):
		l.each(ctx, ids, found)
		return
	case k.way == byWhole && (len(ids) > 1 || l.Whole != nil && l.Whole(k.operation)):
		l.whole(ctx, k, ids, found)
		return
	case k.way == oneByOne, len(ids) == 1 && k.way != onlyList:
		l.each(ctx, ids, found)
		return
	case len(ids) <= maxChunk:
		l.chunk(ctx, k, ids, found)
		return
	}
	l.chunks(ctx, k, ids, found)
}

// chunk reads as many ids as one call names.
func (l *Loader[R]) chunk(ctx context.Context, k kind, ids []string, found *found[R]) {
	if k.way == byList || k.way == onlyList {
		if _, err := l.list(ctx, k, ids, found); err != nil {
			found.fail(ids, err)
		}
		return
	}
	ids, fresh := l.Observed.settled(ctx, ids)
	l.each(ctx, fresh, found)
	if len(ids) == 0 {
		return
	}
	var err error
	if k.way == byLead && !l.Observed.Ignores(k.operation, idFilter) {
		var ignored bool
		if ignored, err = l.list(ctx, k, ids, found); ignored {
			l.Observed.SawIgnored(k.operation, idFilter)
			err = l.search(ctx, k, found.missing(ids), found)
		}
	} else {
		err = l.search(ctx, k, ids, found)
	}
	if err != nil {
		found.fail(found.missing(ids), err)
		return
	}
	l.each(ctx, found.missing(ids), found)
}

// list reads ids with id__in. It reports whether the answer shows that the list ignores it.
func (l *Loader[R]) list(ctx context.Context, k kind, ids []string, found *found[R]) (ignored bool, err error) {
	params := map[string]string{idFilter: strings.Join(ids, ",")}
	maps.Copy(params, k.params)
	page, err := l.page(ctx, closeapi.Call{Operation: k.operation, Params: params, Fields: l.Fields}, found)
	return page.strangers, err
}

// searchBody is a search for objects of one type by their ids (Close docs: Advanced Filtering).
type searchBody struct {
	Query  searchQuery         `json:"query"`
	Fields map[string][]string `json:"_fields"`
	Limit  int                 `json:"_limit"`
}

type searchQuery struct {
	Type       string        `json:"type"`
	ObjectType string        `json:"object_type,omitempty"`
	Value      string        `json:"value,omitempty"`
	Queries    []searchQuery `json:"queries,omitempty"`
}

// search reads ids through the index.
func (l *Loader[R]) search(ctx context.Context, k kind, ids []string, found *found[R]) error {
	if len(ids) == 0 {
		return nil
	}
	anyOf := searchQuery{Type: "or"}
	for _, id := range ids {
		anyOf.Queries = append(anyOf.Queries, searchQuery{Type: "id", Value: id})
	}
	body := searchBody{
		Query: searchQuery{Type: "and", Queries: []searchQuery{
			{Type: "object_type", ObjectType: k.object}, anyOf,
		}},
		Fields: map[string][]string{k.object: slices.Sorted(slices.Values(l.Fields))},
		Limit:  len(ids),
	}
	_, err := l.page(ctx, closeapi.Call{Operation: searchOperation, Body: body}, found)
	return err
}

// whole reads a list from its beginning until it ends or all ids are found; what it does not hold, or not yet as it was
// written, is asked for by id.
func (l *Loader[R]) whole(ctx context.Context, k kind, ids []string, found *found[R]) {
	ids, fresh := l.Observed.settled(ctx, ids)
	l.each(ctx, fresh, found)
	if len(ids) == 0 {
		return
	}
	for skip, pages := 0, 0; pages < maxWhole; pages++ {
		params := map[string]string{}
		if maps.Copy(params, k.params); skip > 0 {
			params["_skip"] = strconv.Itoa(skip)
		}
		page, err := l.page(ctx, closeapi.Call{Operation: k.operation, Params: params, Fields: l.Fields}, found)
		if err != nil {
			found.fail(found.missing(ids), err)
			return
		}
		if !page.more || page.rows == 0 || len(found.missing(ids)) == 0 {
			break
		}
		skip += page.rows
	}
	l.each(ctx, found.missing(ids), found)
}

// seen is what a page told beyond its rows.
type seen struct {
	rows      int
	more      bool // the list goes on
	strangers bool // it has rows that nobody asked for
}

// page makes a call and keeps its rows.
func (l *Loader[R]) page(ctx context.Context, call closeapi.Call, found *found[R]) (seen, error) {
	doc, err := l.Close.Do(ctx, call)
	if err != nil {
		return seen{}, err
	}
	var s seen
	s.more, err = l.Scan.List(doc.Body, func(id []byte, row R) {
		s.rows++
		if !found.setRow(id, row) {
			s.strangers = true
		}
	})
	return s, err
}

// each reads ids one by one, some at a time.
func (l *Loader[R]) each(ctx context.Context, ids []string, found *found[R]) {
	switch len(ids) {
	case 0:
		return
	case 1:
		l.one(ctx, ids[0], found)
		return
	}
	var group errgroup.Group
	group.SetLimit(maxAtOnce)
	for _, id := range ids {
		group.Go(func() error {
			l.one(ctx, id, found)
			return nil
		})
	}
	_ = group.Wait() // errors are kept by id
}

// errOther says that Close answered with another object than the one asked for.
var errOther = errors.New("Close answered with another object")

// one reads a single object.
func (l *Loader[R]) one(ctx context.Context, id string, found *found[R]) {
	var row R
	same := true
	doc, err := l.Close.Do(ctx, closeapi.Call{
		Operation: l.One.String(), Vars: []string{id}, Params: kinds[l.Type].paramsOfOne(l.Fields), Fields: l.Fields,
	})
	if err == nil {
		row, same, err = l.Scan.One(doc.Body, id)
	}
	if err == nil && !same {
		err = errOther
	}
	found.set(id, row, err)
}
