package real

import "errors"

// playHere plays the role that needs this system.
func playHere(role string, args []string) error {
	if role == "full" {
		return fullRole(args)
	}
	return errors.New("no such role")
}
