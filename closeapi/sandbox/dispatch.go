package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// An endpoint is one method of one path.
type endpoint struct {
	group  string          // of the rate limit
	params map[string]bool // what it takes in the query
	writes bool            // changes the store
	status int             // of success
	lists  []string        // parameters that may come more than once
	handle func(c *call, b []byte) ([]byte, *apiError)
}

// An api is what there is to call.
type api struct {
	resources map[string]*resource
	paths     map[string]map[string]*endpoint // template, method

	searchable map[string]*searchType // by the name of the object type
}

func newAPI() *api {
	a := &api{resources: map[string]*resource{}, paths: map[string]map[string]*endpoint{}}
	for _, r := range slices.Concat(customFieldResources(), []*resource{
		customObjectTypeResource(), customObjectResource(), commentResource(), commentThreadResource(), savedSearchResource(),
		taskResource(), leadResource(), contactResource(), opportunityResource(),
		userResource(), meResource(), organizationResource(),
		leadStatusResource(), opportunityStatusResource(), pipelineResource(),
		customActivityTypeResource(), eventResource(), webhookResource(),
		sequenceResource(), sequenceSubscriptionResource(), exportResource(),
		bulkEmailResource(), bulkEditResource(), bulkDeleteResource(), bulkSequenceResource(),
		membershipResource(), roleResource(), groupResource(),
	}, communicationResources(), activityResources()) {
		r.prepare()
		a.resources[r.name] = r
		for template, methods := range r.endpoints() {
			a.add(template, methods)
		}
	}
	a.add("/event/", map[string]*endpoint{http.MethodGet: eventsEndpoint(a)})
	a.add("/activity/", map[string]*endpoint{http.MethodGet: activitiesEndpoint(a)})
	a.add("/activity/meeting/{id}/integration/", map[string]*endpoint{http.MethodPost: integrationEndpoint()})
	a.add("/data/search/", map[string]*endpoint{http.MethodPost: searchEndpoint()})
	a.add("/lead/merge/", map[string]*endpoint{http.MethodPost: mergeEndpoint()})
	a.add("/files/upload/", map[string]*endpoint{http.MethodPost: uploadEndpoint()})
	for _, template := range []string{"{id}/", "activity/{id}/", "custom_object/{id}/"} {
		a.add("/custom_field_schema/"+template, map[string]*endpoint{http.MethodGet: schemaEndpoint()})
	}
	a.add("/enrich_field/", map[string]*endpoint{http.MethodPost: enrichEndpoint()})
	a.addExports()
	a.addReports()
	a.addCommunication()
	a.addAvailability()
	a.addMemberships()
	a.addGroups()
	a.searchable = searchTypes(a)
	return a
}

func (a *api) add(template string, methods map[string]*endpoint) {
	if a.paths[template] == nil {
		a.paths[template] = map[string]*endpoint{}
	}
	maps.Copy(a.paths[template], methods)
}

// template finds the template of a path, "" when there is none, and the id in it.
func (a *api) template(path string) (template, id string) {
	if a.paths[path] != nil {
		return path, ""
	}
	rest, ok := strings.CutSuffix(path, "/")
	i := strings.LastIndexByte(rest, '/')
	if !ok || i < 0 || i+1 == len(rest) {
		return "", ""
	}
	if template = rest[:i+1] + "{id}/"; a.paths[template] != nil {
		return template, rest[i+1:]
	}
	if j := strings.LastIndexByte(rest[:i], '/'); j+1 < i { // something that is done with an object
		if template = rest[:j+1] + "{id}" + rest[i:] + "/"; a.paths[template] != nil {
			return template, rest[j+1 : i]
		}
	}
	return a.nested(path)
}

// nested finds the template of a path that names a part of an object behind the object's id.
func (a *api) nested(path string) (template, id string) {
	for template := range a.paths {
		before, rest, nested := strings.Cut(strings.TrimSuffix(template, "{sub}/"), "{id}")
		if after, ok := strings.CutPrefix(path, before); ok && nested && strings.HasSuffix(template, "{sub}/") {
			if id, sub, ok := strings.Cut(after, rest); ok && !strings.Contains(id, "/") && len(sub) > 1 && strings.HasSuffix(sub, "/") {
				return template, id
			}
		}
	}
	return "", ""
}

// subOf is what stands for {sub} in a template: one step of the path or more.
func subOf(template, path, id string) string {
	before, nested := strings.CutSuffix(template, "{sub}/")
	if !nested {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(path, strings.Replace(before, "{id}", id, 1)), "/")
}

// dispatch counts the call, finds its endpoint, checks what a strict server checks, and answers.
func (s *Server) dispatch(c *call, refused *apiError) *answer {
	e, missing := s.endpoint(c)
	if refused == nil {
		refused = missing
	}
	group := "other " + c.method
	if e != nil {
		group = e.group
	}
	budget := s.limits.take(c.key, s.store.organization, group, c.now)
	if budget.exceeded {
		return s.limits.refuse(budget)
	}
	var a *answer
	if refused == nil {
		a, refused = s.run(c, e)
	}
	if refused != nil {
		a = refused.answer()
	}
	s.limits.tell(a.header, budget)
	return a
}

func (s *Server) endpoint(c *call) (*endpoint, *apiError) {
	methods := s.api.paths[c.template]
	if methods == nil {
		if slashed, _ := s.api.template(c.path + "/"); slashed != "" && !s.strict {
			h := http.Header{}
			h.Set("Location", "/api/v1"+c.path+"/")
			if len(c.params) > 0 {
				h.Set("Location", "/api/v1"+c.path+"/?"+c.params.Encode())
			}
			return nil, &apiError{status: http.StatusPermanentRedirect, header: h}
		}
		if refused := c.strict("unknown path"); refused != nil {
			return nil, refused
		}
		return nil, refuse(http.StatusNotFound, textUnknownURL)
	}
	e := methods[c.method]
	if e == nil {
		if c.method == http.MethodPost && c.id != "" {
			return nil, refuse(http.StatusNotFound, "Did you mean to use PUT?")
		}
		refused := refuse(http.StatusMethodNotAllowed, "Method Not Allowed")
		refused.header = http.Header{"Allow": {strings.Join(slices.Sorted(maps.Keys(methods)), ", ")}}
		return nil, refused
	}
	for _, name := range slices.Sorted(maps.Keys(c.params)) {
		if !e.params[name] {
			if refused := c.strict("unknown parameter %q", name); refused != nil {
				return nil, refused
			}
		} else if len(c.params[name]) > 1 && !slices.Contains(e.lists, name) {
			if refused := c.strict("repeated parameter %q", name); refused != nil {
				return nil, refused
			}
		}
	}
	return e, nil
}

// run answers under the lock of the store.
func (s *Server) run(c *call, e *endpoint) (*answer, *apiError) {
	s.work(c.now)
	if e.writes {
		s.data.Lock()
		defer s.data.Unlock()
	} else {
		s.data.RLock()
		defer s.data.RUnlock()
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	var body []byte
	handle := func() (refused *apiError) {
		body, refused = e.handle(c, (*scratch)[:0])
		return refused
	}
	var refused *apiError
	if e.writes {
		refused = c.logged(fields{{"request_method", c.method}, {"request_path", "/api/v1" + c.path}}, handle)
	} else {
		refused = handle()
	}
	if refused != nil {
		return nil, refused
	}
	*scratch = body
	a := newAnswer(e.status, slices.Clone(body))
	maps.Copy(a.header, c.answers)
	return a, nil
}

// scratches are buffers that have grown to the size of answers.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// strict is nil for what Close ignores silently, unless the server is strict: then it is the loud refusal, and it is
// remembered.
func (c *call) strict(format string, args ...any) *apiError {
	if !c.s.strict {
		return nil
	}
	text := fmt.Sprintf(format, args...) + " on " + c.method + " " + c.path
	c.s.violated(text)
	return refuse(http.StatusBadRequest, "sandbox: "+text)
}
