package resolvers

import (
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// commentedTypes are the kinds of objects that threads of comments are about, by the first word of Close's names for them, which
// are those of the event log (Close docs: Comments). Activities have a second word.
var commentedTypes = map[string]string{
	"activity":      "Activity",
	"opportunity":   "Opportunity",
	"lead":          "Lead",
	"contact":       "Contact",
	"task":          "Task",
	"custom_object": "CustomObject",
}

// commentedObjects are what threads are about; none for a kind that is not known.
func commentedObjects(threads []projection.Parent) []projection.Reference {
	refs := make([]projection.Reference, len(threads))
	for i, thread := range threads {
		kind, _, _ := strings.Cut(thread.Text("object_type"), ".")
		if id := thread.Text("object_id"); id != "" && commentedTypes[kind] != "" {
			refs[i] = projection.Reference{Type: commentedTypes[kind], ID: id}
		}
	}
	return refs
}
