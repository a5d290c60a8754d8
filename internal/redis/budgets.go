package redis

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/closegraph/closegraph/closeapi"
)

// budgets keeps what is known of budgets in Redis, as closeapi.Budgets has it.
type budgets struct{ c *Client }

// Budgets are those of all replicas.
func (c *Client) Budgets() closeapi.Budgets { return budgets{c} }

func (b budgets) key(key closeapi.BudgetKey) string {
	return b.c.key("budget", key.Identity.String()+" "+key.Group)
}

// Load looks up the state of a budget, and the time.
func (b budgets) Load(ctx context.Context, key closeapi.BudgetKey) (state []byte, now time.Time, err error) {
	err = b.c.do(ctx, "budget load", func(ctx context.Context, l *link) error {
		answers := l.DoMulti(ctx, l.B().Get().Key(b.key(key)).Build(), l.B().Time().Build())
		var err error
		if state, err = answers[0].AsBytes(); err != nil && !rueidis.IsRedisNil(err) {
			return err
		}
		now, err = timeOf(answers[1])
		return err
	})
	return state, now, err
}

// swapScript puts one value in the place of another, if it is still there. No value is an empty one.
var swapScript = rueidis.NewLuaScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)

// Swap puts a new state in the place of the old one, if nobody else did.
func (b budgets) Swap(ctx context.Context, key closeapi.BudgetKey, old, fresh []byte, lifetime time.Duration) (bool, error) {
	swapped := false
	err := b.c.do(ctx, "budget swap", func(ctx context.Context, l *link) error {
		args := []string{rueidis.BinaryString(old), rueidis.BinaryString(fresh), millis(lifetime)}
		n, err := swapScript.Exec(ctx, l.Client, []string{b.key(key)}, args).AsInt64()
		swapped = n == 1
		return err
	})
	return swapped, err
}

// millis is a duration as Redis wants it.
func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
