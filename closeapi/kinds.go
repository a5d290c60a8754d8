package closeapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// kind is what answers are kept by: the first step of their paths, "lead" for GET /lead/ and GET /lead/{id}/.
type kind struct {
	family   string        // what may have changed when one of them was written; records have in any case
	lifetime time.Duration // for how long answers are kept where nothing else is configured; 0 keeps none
	partial  bool          // whether Close leaves out members unless they are named
}

// whole reports whether an answer has all members that there are, so that it serves whoever wants any of them. Those
// of records have not: Smart Fields must be named (Close docs: Fields).
func (k kind) whole() bool { return k.family != records && !k.partial }

// The families. What an organization is made of shows in itself and in its members; definitions of custom fields show in
// the types that have them. The records of the CRM carry each other's names, numbers and parts, and the labels of most
// definitions, so any write at all may change what they look like.
const (
	organizations  = "organizations"
	customizations = "customizations"
	records        = "records"
)

// lasting is how long definitions are kept: they change seldom, and who changes them through the same client sees it at
// once.
const lasting = 5 * time.Minute

// kinds are the kinds that can be kept. Definitions are those that Close gives in short lists which stand for all
// (Close docs: the pages of the resources); records are kept only where it is configured.
var kinds = map[string]kind{
	"status":       {family: organizations, lifetime: lasting},
	"pipeline":     {family: organizations, lifetime: lasting},
	"organization": {family: organizations, lifetime: lasting},
	"user":         {family: organizations, lifetime: lasting},
	"role":         {family: organizations, lifetime: lasting},
	"group":        {family: organizations, lifetime: lasting, partial: true}, // members (Close docs: Groups)
	"phone_number": {family: organizations, lifetime: lasting},
	"me":           {family: organizations, lifetime: time.Minute}, // it says what the caller may do
	"membership":   {family: organizations},

	"custom_field":        {family: customizations, lifetime: lasting},
	"custom_field_schema": {family: customizations, lifetime: lasting},
	"custom_activity":     {family: customizations, lifetime: lasting},
	"custom_object_type":  {family: customizations, lifetime: lasting},

	"outcome":          {family: "outcomes", lifetime: lasting},
	"integration_link": {family: "integration_links", lifetime: lasting},
	"form":             {family: "forms", lifetime: lasting}, // which are made in Close's own app alone
	"email_template":   {family: "templates", lifetime: lasting},
	"sms_template":     {family: "templates", lifetime: lasting},

	"lead":           {family: records},
	"contact":        {family: records},
	"opportunity":    {family: records},
	"task":           {family: records},
	"activity":       {family: records},
	"custom_object":  {family: records},
	"comment":        {family: records},
	"comment_thread": {family: records},
	"saved_search":   {family: records},
	"sequence":       {family: records},
	"report":         {family: records},
}

// touched are the families in which a write to a kind may show.
func touched(name string) []string {
	if family := kinds[name].family; family != "" && family != records {
		return []string{family, records}
	}
	return []string{records}
}

// Kinds are the kinds of answers that can be kept, as [Config.Lifetimes] names them, in alphabetical order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// lifetimes says for each operation whose answers are kept for how long. What is configured goes before the defaults.
func lifetimes(configured map[string]time.Duration) (map[*operation]time.Duration, error) {
	for _, name := range slices.Sorted(maps.Keys(configured)) {
		if _, ok := kinds[name]; !ok {
			return nil, fmt.Errorf("Lifetimes: %q is not a kind that can be kept; those are %s", name, strings.Join(Kinds(), ", "))
		}
		if configured[name] < 0 {
			return nil, fmt.Errorf("Lifetimes: %v for %s is negative", configured[name], name)
		}
	}
	kept := map[*operation]time.Duration{}
	for _, op := range operations() {
		lifetime := kinds[op.kind].lifetime
		if named, ok := configured[op.kind]; ok {
			lifetime = named
		}
		if !op.live && op.Method == http.MethodGet && lifetime > 0 {
			kept[op] = lifetime
		}
	}
	return kept, nil
}
