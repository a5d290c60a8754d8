package sandbox

// communicationResources are what an organization sets up for its calls, meetings and messages.
func communicationResources() []*resource {
	return []*resource{
		outcomeResource(), playbookResource(), emailTemplateResource(), smsTemplateResource(), phoneNumberResource(),
		connectedAccountResource(), sendAsResource(), dialerResource(), schedulingLinkResource(), sharedLinkResource(),
		linkMappingResource(), unsubscribedEmailResource(), blockedPhoneNumberResource(),
	}
}

// addCommunication declares what is done with them beyond keeping them.
func (a *api) addCommunication() {
	a.addPlaybooks()
	a.addTemplates()
	a.addPhoneNumbers()
	a.addSendAs()
	a.addSchedulingLinks()
	a.addUnsubscribing()
	a.addBlocking()
}
