package resolvers

import (
	"errors"
	"fmt"
)

// checkActivities refuses arguments of Query.activities that Close refuses without saying why (Close docs: Activities).
func checkActivities(args map[string]any) error {
	filter, _ := args["filter"].(map[string]any)
	ofLead := filter["leadId"] != nil
	switch {
	case ofLead && filter["leadIds"] != nil:
		return errors.New("filter: give leadId or leadIds, not both")
	case !ofLead && (filter["types"] != nil || filter["userIds"] != nil || filter["contactIds"] != nil):
		return errors.New("filter: types, userIds and contactIds are possible for the activities of one lead only; give leadId too")
	case !ofLead && args["orderBy"] == "ACTIVITY_AT_DESC":
		return errors.New("orderBy: ACTIVITY_AT_DESC is possible for the activities of one lead only; give filter.leadId, or use DATE_CREATED_DESC")
	}
	return checkActivityDates(args)
}

// checkActivityList refuses arguments of the lists of one kind of activity that Close refuses.
func checkActivityList(filter map[string]any) error {
	if filter["leadId"] != nil {
		return nil
	}
	for _, name := range []string{"contactIds", "userIds", "customActivityTypeIds"} {
		if filter[name] != nil {
			return fmt.Errorf("%s is possible for the activities of one lead only; give leadId too", name)
		}
	}
	return nil
}

// checkActivityDates refuses bounds on another date than the one that orders the list.
func checkActivityDates(args map[string]any) error {
	filter, _ := args["filter"].(map[string]any)
	byActivity := args["orderBy"] == "ACTIVITY_AT_DESC"
	switch {
	case filter["activityAt"] != nil && !byActivity:
		return errors.New("filter: activityAt needs orderBy: ACTIVITY_AT_DESC; or use dateCreated")
	case filter["dateCreated"] != nil && byActivity:
		return errors.New("filter: dateCreated does not go with orderBy: ACTIVITY_AT_DESC; use activityAt")
	}
	return nil
}
