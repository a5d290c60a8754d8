package closeapi_test

import (
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

func TestParseOffset(t *testing.T) {
	t.Parallel()
	winter := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	summer := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		zone string
		at   time.Time
		want string // empty for an error
	}{
		"west":                   {"-4", winter, "-4"},
		"east with a sign":       {"+2", winter, "2"},
		"half an hour":           {"5.5", winter, "5.5"},
		"half an hour west":      {"-2.5", winter, "-2.5"},
		"three quarters":         {"5.75", winter, "5.75"},
		"zero":                   {"0", winter, "0"},
		"minus zero":             {"-0", winter, "0"},
		"as far as it goes":      {"14", winter, "14"},
		"too far east":           {"14.25", winter, ""},
		"too far west":           {"-15", winter, ""},
		"far too far":            {"99999999999999999999999999", winter, ""},
		"Vienna in winter":       {"Europe/Vienna", winter, "1"},
		"Vienna in summer":       {"Europe/Vienna", summer, "2"},
		"Kolkata":                {"Asia/Kolkata", winter, "5.5"},
		"Kathmandu":              {"Asia/Kathmandu", winter, "5.75"},
		"St. John's in summer":   {"America/St_Johns", summer, "-2.5"},
		"Kiritimati":             {"Pacific/Kiritimati", summer, "14"},
		"UTC":                    {"UTC", winter, "0"},
		"odd seconds":            {"Africa/Monrovia", time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), "-0.75"},
		"just before the change": {"Europe/Vienna", time.Date(2026, 3, 29, 0, 59, 59, 0, time.UTC), "1"},
		"just after the change":  {"Europe/Vienna", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), "2"},
		"empty":                  {"", winter, ""},
		"unknown":                {"Europe/Atlantis", winter, ""},
		"the server's own":       {"Local", winter, ""},
		"a step":                 {"../../etc/passwd", winter, ""},
		"not a number":           {"NaN", winter, ""},
		"infinite":               {"inf", winter, ""},
		"exponent":               {"1e1", winter, ""},
		"two points":             {"1.2.3", winter, ""},
		"only a sign":            {"-", winter, ""},
		"with a newline":         {"1\r\n", winter, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := closeapi.ParseOffset(test.zone, test.at)
			if (err != nil) != (test.want == "") {
				t.Fatalf("ParseOffset(%q) = %v, %v, want %q", test.zone, got, err, test.want)
			}
			if err == nil && got.String() != test.want {
				t.Errorf("ParseOffset(%q) = %s, want %s", test.zone, got, test.want)
			}
		})
	}
	if got := (closeapi.Offset{}).String(); got != "0" {
		t.Errorf("the zero offset is %q", got)
	}
	if got, _ := closeapi.ParseOffset("-2.5", winter); got.Duration() != -150*time.Minute {
		t.Errorf("Duration = %v, want -2h30m", got.Duration())
	}
}
