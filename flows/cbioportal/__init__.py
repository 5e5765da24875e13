"""The registry as a study of cBioPortal: patients, samples and timelines, for its explorer."""
