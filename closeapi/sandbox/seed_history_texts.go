package sandbox

// What salespeople and their customers say and write; {name} is the contact, {company} the lead.

var demoNotes = []string{
	"{name} wants the alarm thresholds per room, not per site.",
	"Two decision makers: {name} and the plant manager. The latter has not answered yet.",
	"Their audit is in six weeks. Everything has to run before.",
	"Paid the last invoice late, but asks for a discount. Be friendly, stay firm.",
	"Walked through {company}'s cold rooms: 14 doors, 3 without power nearby.\nBattery sensors there.",
	"{name} prefers calls before nine.",
	"Old loggers are from 2014; calibration ran out. Good moment to offer the exchange.",
	"Asked whether the data stays in Europe. Sent the page about hosting.",
	"Budget: about 20k this year, the rest next year.",
	"{company} also looks at Hygrotek. Price is close; our installation is faster.",
	"Sent the sample kit, {name} will put it into the freezer for a week.",
	"Met {name} at the fair. Remembered our demo from last year 👍",
}

var demoAnswers = []string{
	"Hi {name}, the parcel is on its way.", "Thanks {name}, I will call you at three.", "We are at your gate now.",
	"The firmware is out, you can update tonight.", "Could you send me a photo of the display?",
}

var demoChats = []string{
	"Sure, *tomorrow at ten* works.", "The white one goes into the freezer, the _grey_ one into the hall.",
	"Sent it to {company}, ask for ~Diego~ Priya at the desk.", "Here is the code: ```4711```",
}

var demoMeetings = []string{
	"Demo for {company}", "Site visit", "Lighthouse & {company}: next steps", "Trial review with {name}", "Contract questions",
	"Kick-off of the installation",
}

var demoQuestions = []string{
	"How did the first week with the sensors go?", "Which rooms should we add next?", "Who else has to agree at {company}?",
	"Would a yearly contract suit you?", "When would you like to have it installed?",
}

var demoReplies = []string{
	"Quite well, one of them lost its connection on Sunday.", "The freezer, and the loading bay if the range allows it.",
	"Our plant manager, but that is a formality.", "It depends on the price.", "Before the audit, so within six weeks.",
}

var demoMailSubjects = []string{
	"Your questions from our call", "Sample kit for {company}", "Offer with installation", "Certificates of calibration",
	"Dates for the site visit", "Sensors for cold rooms", "Summary of the trial", "Yearly service contract",
}

var demoOffers = []string{
	"Hello {name},\n\nas promised, here is our offer. It includes the installation in two places.\n\nBest regards",
	"Hi {name},\n\nthe sample kit left our house today. Put one sensor into the coldest room first.\n\nBest regards",
	"Dear {name},\n\nthank you for your time today. I noted down: 40 sensors, two gateways, alarms by text message. Did I forget anything?\n\nBest regards",
	"Hello {name},\n\nwould Tuesday or Thursday suit you for the visit? We need about two hours.\n\nBest regards",
	"Hi {name},\n\nyour certificates are attached to this message's link. They are valid for twelve months.\n\nBest regards",
}
