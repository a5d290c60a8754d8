package loaders

import "slices"

// Cost is how many calls it takes to read n different objects of a type, with the members that are wanted, by their ids. With
// once, those calls are made once in a request, however many of its levels need such objects; with each, every object
// takes one of its own.
func Cost(typeName string, members []string, n int) (calls int, once, each bool) {
	k := kinds[typeName]
	switch {
	case k.way == oneByOne, slices.ContainsFunc(members, k.isAlone):
		return n, false, true
	case k.way == byWhole:
		return min(n, 1), true, false
	}
	return (n + maxChunk - 1) / maxChunk, false, false
}
