package gateway

import (
	"encoding/json"
	"io/fs"
	"strings"
)

// example is a query that the playground offers. Its ids are the words TASK_1 and so on, LEAD_1 and so on, and ME:
// the page replaces them by ids of the account at hand.
type example struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Query       string `json:"query"`
	Variables   string `json:"variables,omitempty"`
}

// examples are the files of playground/examples in the order of their names. The first lines of a file are comments:
// the title, the description, and sometimes the variables.
func examples() []example {
	names, err := fs.Glob(playgroundFiles, "playground/examples/*.graphql")
	if err != nil {
		panic(err) // the pattern is fixed
	}
	all := make([]example, 0, len(names))
	for _, name := range names {
		content, err := playgroundFiles.ReadFile(name)
		if err != nil {
			panic(err) // the files are part of the program
		}
		all = append(all, parseExample(string(content)))
	}
	return all
}

func parseExample(text string) example {
	var e example
	for _, into := range []*string{&e.Title, &e.Description} {
		line, rest, _ := strings.Cut(text, "\n")
		*into, text = strings.TrimPrefix(line, "# "), rest
	}
	if rest, ok := strings.CutPrefix(text, "# variables: "); ok {
		e.Variables, text, _ = strings.Cut(rest, "\n")
	}
	e.Query = text
	return e
}

func encodeExamples() []byte {
	text, err := json.Marshal(examples())
	if err != nil {
		panic(err) // strings can be encoded
	}
	return text
}
