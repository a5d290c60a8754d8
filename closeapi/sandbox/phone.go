package sandbox

import "strings"

// phonePlans are the countries of the demo data's numbers, with how they group the digits after the country code.
var phonePlans = []struct {
	code, country string
	groups        []int
}{
	{"+1", "US", []int{3, 3, 4}},
	{"+44", "GB", []int{2, 4, 4}},
	{"+33", "FR", []int{1, 2, 2, 2, 2}},
	{"+49", "DE", []int{2, 4, 4}},
	{"+46", "SE", []int{1, 3, 3, 2}},
	{"+61", "AU", []int{1, 4, 4}},
}

// normalizePhone makes E.164 of a number: ten digits without a country are taken as American.
func normalizePhone(number string) (string, bool) {
	var digits strings.Builder
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case !strings.ContainsRune("+-(). /", r):
			return "", false
		}
	}
	d := digits.String()
	switch {
	case len(d) < 7 || len(d) > 15:
		return "", false
	case len(d) == 10 && !strings.HasPrefix(strings.TrimSpace(number), "+"):
		return "+1" + d, true
	}
	return "+" + d, true
}

// formatPhone writes a number for people: "+1 650-555-0111". What is not a number stays as it is.
func formatPhone(v any) any {
	number, ok := v.(string)
	if !ok {
		return nil
	}
	for _, plan := range phonePlans {
		rest, ok := strings.CutPrefix(number, plan.code)
		if !ok {
			continue
		}
		var parts []string
		for _, n := range plan.groups {
			if len(rest) < n {
				break
			}
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		if rest != "" {
			parts = append(parts, rest)
		}
		if plan.code == "+1" {
			return "+1 " + strings.Join(parts, "-")
		}
		return plan.code + " " + strings.Join(parts, " ")
	}
	return number
}

// phoneCountry is the country of a number; nil when it is not among the plans.
func phoneCountry(number string) any {
	for _, plan := range phonePlans {
		if strings.HasPrefix(number, plan.code) {
			return plan.country
		}
	}
	return nil
}
