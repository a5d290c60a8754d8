package projection

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

// Bounds of the plan cache beside the number of its operations. A field of a plan takes some 250 bytes.
const (
	maxVariants    = 16      // plans of one operation, for different values of the variables that they hang on
	maxCachedItems = 200_000 // fields of all plans together
)

// planCache keeps the plans of the operations used last. Operations are known by their parsed form, which the cache of
// parsed queries keeps the same from request to request.
type planCache struct {
	schema  *schema
	most    int // fields of a plan
	mu      sync.Mutex
	entries *simplelru.LRU[*ast.OperationDefinition, *compiled]
	items   int
}

// compiled is an operation with its plans, one for each combination of values of the variables that they hang on.
type compiled struct {
	vars  []string
	plans map[string]*plan
	items int
}

func newPlanCache(s *schema, size, most int) (*planCache, error) {
	c := &planCache{schema: s, most: most}
	var err error
	c.entries, err = simplelru.NewLRU(size, func(_ *ast.OperationDefinition, e *compiled) { c.items -= e.items })
	return c, err
}

// get is the plan of an operation for its variables, made now if it was not made before.
func (c *planCache) get(op *ast.OperationDefinition, vars map[string]any) (*plan, error) {
	c.mu.Lock()
	e, ok := c.entries.Get(op)
	if ok {
		if p := e.plans[variant(e.vars, vars)]; p != nil {
			c.mu.Unlock()
			return p, nil
		}
	}
	c.mu.Unlock()
	p, err := c.schema.compile(op, vars, c.most)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok = c.entries.Get(op); !ok {
		e = &compiled{vars: c.schema.planVariables(op.SelectionSet), plans: map[string]*plan{}}
		c.entries.Add(op, e)
	}
	if key := variant(e.vars, vars); len(e.plans) < maxVariants && e.plans[key] == nil {
		e.plans[key] = p
		e.items += p.items
		c.items += p.items
	}
	for c.items > maxCachedItems {
		c.entries.RemoveOldest()
	}
	return p, nil
}
