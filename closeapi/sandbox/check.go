package sandbox

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// str accepts a text of so many characters at most; 0 means no limit.
func str(most int) check {
	return func(_ *write, v any) (any, any) {
		s, ok := v.(string)
		switch {
		case !ok:
			return nil, "Value must be of str type."
		case most > 0 && len([]rune(s)) > most:
			return nil, "String should have at most " + strconv.Itoa(most) + " characters"
		}
		return s, nil
	}
}

// yesOrNo accepts a boolean.
func yesOrNo(_ *write, v any) (any, any) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	return nil, "Value must be of bool type."
}

// integer accepts a whole number in a range.
func integer(least, most int) check {
	return func(_ *write, v any) (any, any) {
		number, ok := v.(json.Number)
		if !ok {
			return nil, "Value must be of int type."
		}
		n, err := strconv.Atoi(number.String())
		switch {
		case err != nil:
			return nil, "Value must be of int type."
		case n < least:
			return nil, "Input should be greater than or equal to " + strconv.Itoa(least)
		case n > most:
			return nil, "Input should be less than or equal to " + strconv.Itoa(most)
		}
		return n, nil
	}
}

// oneOf accepts a choice.
func oneOf(choices ...string) check {
	return func(_ *write, v any) (any, any) {
		if s, ok := v.(string); ok && slices.Contains(choices, s) {
			return s, nil
		}
		return nil, textNoChoice
	}
}

// ref accepts the id of an object that exists.
func ref(resource string) check {
	return func(w *write, v any) (any, any) {
		id, ok := v.(string)
		switch {
		case !ok:
			return nil, "Value must be of str type."
		case w.st.get(resource, id) == nil:
			return nil, textNoObject
		}
		return id, nil
	}
}

// refs accepts a list of ids of objects that exist.
func refs(resource string) check {
	one := ref(resource)
	return func(w *write, v any) (any, any) {
		ids, ok := v.([]any)
		if !ok {
			return nil, "Value must be of list type."
		}
		for _, id := range ids {
			if _, refusal := one(w, id); refusal != nil {
				return nil, refusal
			}
		}
		return ids, nil
	}
}

// dateOrTime accepts a day or a moment.
func dateOrTime(_ *write, v any) (any, any) {
	s, _ := v.(string)
	if m, ok := parseMoment(s); ok {
		return m, nil
	}
	return nil, "Not a valid date."
}

// onlyTime accepts a moment; a day is its midnight in UTC.
func onlyTime(w *write, v any) (any, any) {
	m, refusal := dateOrTime(w, v)
	if refusal != nil {
		return nil, refusal
	}
	return at(m.(moment).t), nil
}

// items accepts a list of so many objects at most, each checked by its members; what is wrong is keyed by index.
func items(most int, one func(w *write, v map[string]any) (any, fieldErrors)) check {
	return func(w *write, v any) (any, any) {
		given, ok := v.([]any)
		switch {
		case !ok:
			return nil, "Value must be of list type."
		case len(given) > most:
			return nil, "List should have at most " + strconv.Itoa(most) + " items"
		}
		stored, wrong := make([]any, 0, len(given)), map[string]any{}
		for i, item := range given {
			members, ok := item.(map[string]any)
			if !ok {
				wrong[strconv.Itoa(i)] = "Value must be of dict type."
				continue
			}
			value, errs := one(w, members)
			if len(errs) > 0 {
				wrong[strconv.Itoa(i)] = formErrors(errs)
			}
			stored = append(stored, value)
		}
		if len(wrong) > 0 {
			return nil, listErrors(wrong)
		}
		return stored, nil
	}
}

// textOr is a member that is a text; anything else is the preset.
func textOr(v any, preset any) any {
	if s, ok := v.(string); ok && strings.TrimSpace(s) != "" {
		return s
	}
	return preset
}
