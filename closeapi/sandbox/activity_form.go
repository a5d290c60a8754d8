package sandbox

// formSubmissionResource are the forms that visitors of web sites sent (Close docs: Form Submissions).
func formSubmissionResource() *resource {
	r := activityResource("form_submission", "form_submission", "FormSubmission", stored(
		"form_id", "form_name", "form_configuration_id", "ip_address", "origin", "source_url", "source_url_normalized",
		"values", "values_by_name",
	)...).deletable()
	r.list.filters = append(r.list.filters, severalFilters()...)
	r.list.filters = append(r.list.filters, repeatable("form_id", orIn))
	r.list.repeated = []string{"form_id"}
	return r
}
