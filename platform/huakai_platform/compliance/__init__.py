"""Does a site keep to its standard: measures, scores, sealed assessments, and the visits made to look."""
