package sandbox

// demoTasks are what salespeople note down; {name} is the contact, {company} the lead.
var demoTasks = []string{
	"Call {name} about the renewal",
	"Send {name} the revised quote",
	"Book a demo with {name} and their plant manager",
	"Ask {name} who signs above 20k",
	"Follow up on the pilot at {company}",
	"Send the calibration certificates to {name}",
	"Check whether the sensors arrived at {company}",
	"Prepare the slides for {company}",
	"Invite {name} to the open day",
	"Clear the open invoice with {name}'s accountant",
	"Get the floor plan of the second site from {name}",
	"Offer {company} the yearly service contract",
	"Thank {name} for the introduction 🙏",
	"Agree on a date for the installation with {name}",
	"Find out what {company} pays today",
	"Ask {name} for a reference quote",
	"Send {name} the case study \"Cold rooms, warm numbers\"",
	"Update the forecast for {company}",
	"Remind {name} of the trial's end",
	"Get legal's answer on the data processing terms for {company}",
	"Show {name} the alarm settings (they still use e-mail for it)",
	"Win back: {company} went quiet after the proposal",
	"Check in with {name} after the fair",
	"Prepare for {company}:\n- price list 2\n- delivery in 3 weeks?\n- ask about the old loggers",
	"Tell {name} that the firmware update is out",
	"Rückruf: {name} bittet um ein Angebot auf Deutsch",
	"Demander à {name} l'adresse de livraison à jour",
	"Talk 10 % discount through with Maren, then answer {name}",
	"Send swag to {company} 🎉",
	"Ask {name} about <API> access & webhooks",
}

var demoOpportunityNotes = []string{
	"Replace the paper logs in all cold rooms.",
	"Pilot with 20 sensors first, then the other sites.",
	"Budget is approved for this quarter; the board wants three offers.",
	"Wants to pay monthly. Price is fine, delivery time is not.",
	"Competitor offers \"free\" hardware; we win on calibration.",
	"Service contract on top of the hardware they have.\nDecision after the audit.",
	"Asked for a quote with and without installation.",
	"Champion left; new contact has to be convinced again.",
}

var demoSubjects = []string{
	"Quote for 40 sensors", "Question about calibration", "Delivery date", "Our visit on Thursday", "Renewal of the contract",
	"Alarm by SMS?", "Data export", "Installation at the second site", "Invoice 2041", "Trial feedback",
}

var demoMails = []string{
	"Hi, thanks for the quick answer. Could you send the offer again with the 24-month option? Our controller prefers it.",
	"Hello, the sensors in room 3 report since this morning. One is missing, though. What should we check first?",
	"Good morning, we talked it through and would like to go ahead. Who signs on your side?",
	"Hi there, is the delivery still planned for next week? We have two people ready for the installation.",
	"Thank you for the demo! A few questions came up, see below. A call tomorrow would work for us.",
}

var demoMessages = []string{
	"Running ten minutes late, sorry!", "Can you call me back after 3?", "Got the parcel, looks good 👍",
	"Which sensor goes in the freezer, the white one?", "Yes, Thursday works.", "Please send the offer to our office instead.",
}

var demoCallNotes = []string{"", "Asked for a call back.", "Wants to know about delivery times.", "Happy with the trial so far."}
