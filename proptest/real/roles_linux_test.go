package real

import "errors"

// playHere plays the roles that need this system.
func playHere(role string, args []string) error {
	switch role {
	case "full":
		return fullRole(args)
	case "near":
		return nearRole(args)
	case "histories":
		return historiesRole(args)
	case "far":
		return farRole(args)
	}
	return errors.New("no such role")
}
