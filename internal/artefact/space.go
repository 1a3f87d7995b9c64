package artefact

// Space tells how many bytes may still be written to the file system of a folder;
// false where the system does not tell.
type Space func(dir string) (bytes int64, known bool)
