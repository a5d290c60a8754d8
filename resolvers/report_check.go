package resolvers

import (
	"errors"
	"fmt"
	"strconv"
)

// checkActivityReport refuses reports of nothing.
func checkActivityReport(input map[string]any) error {
	if metrics, ok := input["metrics"].([]any); ok && len(metrics) == 0 {
		return errors.New("metrics: name at least one; activityReportMetrics has all")
	}
	return nil
}

// checkFunnelReport refuses a cohort without its range, and a range that Close would ignore without a word (Close docs:
// Reporting).
func checkFunnelReport(input map[string]any) error {
	switch kind, given := input["type"], input["cohortRange"] != nil; {
	case kind == "CREATED_COHORT" && !given:
		return errors.New("cohortRange: CREATED_COHORT needs the range of time in which the opportunities were made")
	case kind == "ACTIVE_STAGE_COHORT" && given:
		return errors.New("cohortRange: ACTIVE_STAGE_COHORT has none; leave it out, or use CREATED_COHORT")
	}
	return nil
}

// checkStatusReport refuses two conditions of which Close takes one alone.
func checkStatusReport(input map[string]any) error {
	if input["query"] != nil && input["smartViewId"] != nil {
		return errors.New("give query or smartViewId, not both")
	}
	return nil
}

// checkCustomReport refuses steps of two kinds, and steps that lead nowhere.
func checkCustomReport(input map[string]any) error {
	step := input["step"]
	if step == nil {
		return nil
	}
	if input["interval"] != nil {
		return errors.New("give interval for dates or step for numbers, not both")
	}
	if n, err := strconv.Atoi(fmt.Sprint(step)); err != nil || n < 1 {
		return fmt.Errorf("step: %v is not possible; it is at least 1", step)
	}
	return nil
}

// checkDates refuses a range without ends, and one that ends before it begins.
func checkDates(dates map[string]any) error {
	if dates["start"] == nil && dates["end"] == nil {
		return errors.New("give start, end or both")
	}
	return checkPeriod(dates)
}

// checkPeriod refuses a range that ends before it begins.
func checkPeriod(period map[string]any) error {
	start, _ := period["start"].(string)
	end, _ := period["end"].(string)
	if start != "" && end != "" && compareMoments(start, end) > 0 {
		return fmt.Errorf("the end %s is before the start %s", end, start)
	}
	return nil
}
