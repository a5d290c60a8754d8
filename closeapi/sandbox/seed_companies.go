package sandbox

// A company is the stuff of which a lead is made. All of them are invented.
type company struct {
	name, domain, street, city, state, zip, country, zone, about string
}

var demoCompanies = []company{
	{"Aldermoor Foods", "aldermoor.example", "14 Canal Wharf", "Leeds", "", "LS1 4AB", "GB", "Europe/London", "Chilled ready meals for supermarkets; three plants, wants one dashboard for all cold rooms."},
	{"Birchline Logistics", "birchline.example", "2200 Dock Street", "Baltimore", "MD", "21230", "US", "America/New_York", "Refrigerated freight along the East Coast. 60 trucks, 4 depots."},
	{"Cobalt & Finch", "cobaltfinch.example", "8 Rue des Tanneurs", "Lyon", "", "69002", "FR", "Europe/Paris", "Ceramics studio that grew into tiles for hotels."},
	{"Dovetail Joinery", "dovetail-joinery.example", "51 Mill Lane", "Bristol", "", "BS3 2PD", "GB", "Europe/London", "Bespoke windows. Drying kilns need humidity sensors."},
	{"Eisvogel Optik GmbH", "eisvogel-optik.example", "Lindenallee 7", "Jena", "TH", "07743", "DE", "Europe/Berlin", "Lenses for microscopes; clean rooms class 6."},
	{"Fernhollow Dairy", "fernhollow.example", "Route 7", "Middlebury", "VT", "05753", "US", "America/New_York", "Family dairy, twelve cheeses, two caves that must stay at 11 °C."},
	{"Granite Peak Outfitters", "granitepeak.example", "410 Ridge Road", "Boulder", "CO", "80302", "US", "America/Denver", "Tents and stoves, own test lab."},
	{"Hafnarvík Seafood", "hafnarvik.example", "Bryggjugata 3", "Akureyri", "", "600", "IS", "Atlantic/Reykjavik", "Cod and char. Exports to nine countries 🐟"},
	{"Ironbark Timber", "ironbark.example", "9 Sawmill Court", "Launceston", "TAS", "7250", "AU", "Australia/Hobart", "Hardwood flooring; asks for moisture meters that survive dust."},
	{"Juniper & Rye", "juniperrye.example", "77 Still House Alley", "Louisville", "KY", "40202", "US", "America/Kentucky/Louisville", "Distillery with a rooftop bar."},
	{"Kestrel Avionics", "kestrel-avionics.example", "1 Runway Drive", "Wichita", "KS", "67209", "US", "America/Chicago", "Instruments for small aircraft. Long certification, loyal afterwards."},
	{"Lumenfabrik AG", "lumenfabrik.example", "Industriestrasse 40", "Winterthur", "ZH", "8404", "CH", "Europe/Zurich", "LED modules for greenhouses."},
	{"Marisol Textiles", "marisol.example", "Carrer del Teixidor 12", "Sabadell", "", "08201", "ES", "Europe/Madrid", "Swimwear fabric from recycled nets."},
	{"Northgate Clinics", "northgate-clinics.example", "300 Harbor Avenue", "Seattle", "WA", "98104", "US", "America/Los_Angeles", "Eleven outpatient clinics; vaccine fridges must be logged."},
	{"Old Quarry Brewing", "oldquarry.example", "Stone Pit Road 5", "Asheville", "NC", "28801", "US", "America/New_York", "Craft brewery. Decides quickly, pays late."},
	{"Pinnacle Robotics", "pinnacle-robotics.test", "88 Foundry Square", "Pittsburgh", "PA", "15222", "US", "America/New_York", "Pick-and-place arms for bakeries."},
	{"Quillon Press", "quillon.test", "3 Typesetter Row", "Edinburgh", "", "EH1 2NG", "GB", "Europe/London", "Publisher of \"slow\" atlases; climate-controlled archive."},
	{"Rødbjerg Vind", "rodbjerg-vind.test", "Havnevej 22", "Esbjerg", "", "6700", "DK", "Europe/Copenhagen", "Service for offshore turbines."},
	{"Saltmarsh Hotels", "saltmarsh.test", "The Promenade", "Brighton", "", "BN1 2FN", "GB", "Europe/London", "Nine small hotels by the sea, one boiler room each."},
	{"Tamarack Solar", "tamarack-solar.test", "1550 Prairie Parkway", "Fargo", "ND", "58102", "US", "America/Chicago", "Installs panels on barns."},
	{"Umbra Labs", "umbra-labs.test", "Via della Luce 18", "Torino", "TO", "10121", "IT", "Europe/Rome", "Dark-room equipment and calibration."},
	{"Velvet Orchid Spas", "velvetorchid.test", "640 Palm Court", "Scottsdale", "AZ", "85251", "US", "America/Phoenix", "Saunas and float tanks; asks about water sensors."},
	{"Wattle & Daub Homes", "wattledaub.test", "25 Clayfield Street", "Adelaide", "SA", "5000", "AU", "Australia/Adelaide", "Builds rammed-earth houses."},
	{"Xylo Instruments", "xylo.test", "Klockgatan 4", "Göteborg", "", "411 05", "SE", "Europe/Stockholm", "Xylophones and marimbas. Wood must rest at 45 % humidity."},
	{"Yarrow Pharma", "yarrow-pharma.test", "12 Science Park", "Cambridge", "", "CB4 0WS", "GB", "Europe/London", "Herbal medicines; audit by the end of the quarter."},
	{"Zephyr Bikes", "zephyr-bikes.test", "Fietskade 91", "Utrecht", "", "3511 AB", "NL", "Europe/Amsterdam", "Cargo bikes, 800 a month and rising."},
	{"Amberfield Grain", "amberfield.example", "County Road 18", "Salina", "KS", "67401", "US", "America/Chicago", "Elevators with 40 silos; dust and heat monitoring."},
	{"Bright Harbor Schools", "brightharbor.example", "19 Lighthouse Way", "Portland", "ME", "04101", "US", "America/New_York", "District with 14 schools, wants CO₂ meters in every classroom."},
	{"Cinder Path Coffee", "cinderpath.example", "205 Roaster Lane", "Portland", "OR", "97205", "US", "America/Los_Angeles", "Roastery, six cafés ☕"},
	{"Delta Nine Freight", "deltanine.example", "Levee Road 900", "Baton Rouge", "LA", "70802", "US", "America/Chicago", "Barges on the lower Mississippi."},
	{"Emberwick Glass", "emberwick.example", "Furnace Hill 2", "Stoke-on-Trent", "", "ST4 1AA", "GB", "Europe/London", "Furnaces run day and night since 1931."},
	{"Fjord & Fell Tours", "fjordfell.example", "Strandgaten 60", "Bergen", "", "5004", "NO", "Europe/Oslo", "Hiking tours, three lodges."},
	{"Gilded Fern Gardens", "gildedfern.example", "1 Conservatory Walk", "Dublin", "", "D04 X2Y8", "IE", "Europe/Dublin", "Botanical garden with a palm house."},
	{"Harbour Light Cinema", "harbourlight.example", "44 Quay Street", "Auckland", "", "1010", "NZ", "Pacific/Auckland", "Restores old film; vaults at 4 °C."},
	{"Inkwell Robotics 東京", "inkwell.example", "2-11-3 Meguro", "Tokyo", "", "153-0063", "JP", "Asia/Tokyo", "Printers that draw on walls. 日本語での連絡を希望。"},
	{"Jasper Ridge Winery", "jasperridge.example", "7800 Vineyard Trail", "Napa", "CA", "94558", "US", "America/Los_Angeles", "Pinot noir; barrel cellar under a hill."},
	{"Kiln & Kettle", "kilnkettle.example", "16 Potters Field", "Hamilton", "ON", "L8P 1A1", "CA", "America/Toronto", "Teaware shop with its own kilns."},
	{"Larkspur Veterinary", "larkspur-vet.example", "520 Meadow Lane", "Austin", "TX", "78704", "US", "America/Chicago", "Animal hospital, open at night."},
	{"Mossgrove Data Centers", "mossgrove.example", "Server Farm Road 1", "Luleå", "", "972 38", "SE", "Europe/Stockholm", "Two halls, free-air cooling. Large order possible."},
	{"Nine Elms Bakery", "nineelms.example", "9 Elm Grove", "London", "", "SW8 5AA", "GB", "Europe/London", "Sourdough for restaurants; proofing rooms in four places."},
}
