package sandbox

// settleRich makes twins of a plain member and its rich one: writing one rewrites the other, and the rich one wins
// (Close docs: rich text).
func settleRich(values map[string]any, plain, rich string) {
	if v, given := values[rich]; given && (v != nil || values[plain] == nil) {
		values[plain] = ""
		if v == nil {
			values[rich] = bodyOf("")
		} else {
			values[plain] = plainText(v.(string)) // checked
		}
		return
	}
	if v, given := values[plain]; given {
		if v == nil {
			values[plain] = ""
		}
		values[rich] = bodyOf(values[plain].(string)) // checked
	}
}

// mentionsOf declares a member with the users and groups that a rich one mentions.
func mentionsOf(name, rich string) *memberDef {
	return derived(name, func(_ *view, o *object) any { return mentions(o.str(rich)) })
}
