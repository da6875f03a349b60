// (in construction)
