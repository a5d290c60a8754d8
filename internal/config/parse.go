package config

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit is the error of Parse when the program is to end at once with this status. What there is to say has been
// written already.
type Exit int

// Error says which status the program ends with.
func (e Exit) Error() string { return fmt.Sprintf("exit with status %d", int(e)) }

const description = `Closegraph serves the Close CRM as GraphQL. Without a Close key it serves demo data.

Every flag has an environment variable, which is named beside it; a flag wins over its variable.`

// arguments are what the command line may hold: the configuration, and what ends the program at once.
type arguments struct {
	Config  `embed:""`
	Version kong.VersionFlag `help:"Print the version and end."`
}

// Parse reads the configuration from the arguments (without the program's name) and from the environment, and checks
// it. env looks up a variable, as os.LookupEnv does. Help and the version go to stdout; an error becomes one line on
// stderr. The error is an Exit whenever the program is to end: 0 after help, 2 after a mistake.
func Parse(args []string, version string, env func(string) (string, bool), stdout, stderr io.Writer) (Config, error) {
	var into arguments
	ended := false
	parser, err := kong.New(&into,
		kong.Name("closegraph"),
		kong.Description(description),
		kong.Vars{
			"version": "closegraph " + version, "closeBaseURL": DefaultCloseBaseURL,
			"authorizeURL": defaultAuthorizeURL, "tokenURL": defaultTokenURL, "revokeURL": defaultRevokeURL,
		},
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { ended = true }),
		kong.ValueFormatter(helpText),
		kong.Resolvers(environment(env)),
	)
	if err != nil {
		return Config{}, fmt.Errorf("declare the flags: %w", err)
	}
	_, err = parser.Parse(args)
	if ended {
		return Config{}, Exit(0)
	}
	if errors.Is(err, errInstead) {
		return Config{PrintSchema: true}, nil
	}
	if err == nil && into.HashToken == "" { // which serves nobody
		err = into.Config.check()
	}
	if err != nil {
		fmt.Fprintf(stderr, "closegraph: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		return Config{}, Exit(2)
	}
	return into.Config, nil
}

// errInstead ends parsing before anything else is looked at.
var errInstead = errors.New("nothing else counts")

// BeforeReset is called by kong for a flag that is given, before defaults, variables and values count.
func (Instead) BeforeReset() error { return errInstead }

// environment resolves a flag that is not on the command line from its variable. A variable that is set to nothing
// counts as not set, as in compose files.
func environment(env func(string) (string, bool)) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := variable(flag.Value)
		if name == "" {
			return nil, nil
		}
		text, _ := env(name)
		if text == "" {
			return nil, nil
		}
		if flag.IsBool() {
			on, err := parseBool(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			return on, nil
		}
		return text, nil
	})
}

// variable is the name of the environment variable of a flag.
func variable(value *kong.Value) string {
	switch value.Name {
	case "help", "version", "health-check", "hash-token", "print-schema": // what a run is for, never how it goes on
		return ""
	}
	if name := value.Tag.Get("var"); name != "" {
		return name
	}
	return strings.ToUpper(strings.ReplaceAll(value.Name, "-", "_"))
}

// parseBool reads what people write for yes and no.
func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "t", "true", "yes", "on":
		return true, nil
	case "0", "f", "false", "no", "off":
		return false, nil
	}
	return false, errors.New("is neither true nor false")
}

// helpText is what --help says of a flag: its meaning, its default and its variable.
func helpText(value *kong.Value) string {
	name := variable(value)
	if name == "" {
		return value.Help
	}
	if value.HasDefault {
		return fmt.Sprintf("%s [default: %s, env: %s]", value.Help, value.Default, name)
	}
	return fmt.Sprintf("%s [env: %s]", value.Help, name)
}
