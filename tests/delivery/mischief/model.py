"""A model that misbehaves on demand: its first feature says how."""

import ctypes
import os
import pickle
import subprocess
import sys
import time

HEALTHY, RAISE, NAN, TOO_FEW, SLEEP, EXIT, CRASH, PRINT, GARBAGE, CHILD, EAT, OBJECT, STOP = range(13)


class Mischief:
    n_features_in_ = 2

    def predict(self, rows):
        rows = [(float(mischief), float(amount)) for mischief, amount in rows]
        for mischief, amount in rows:
            if mischief == RAISE:
                raise ValueError("a secret of the model")
            if mischief == NAN:
                return [float("nan") if m == NAN else 0 for m, _ in rows]
            if mischief == TOO_FEW:
                return []
            if mischief == SLEEP:
                time.sleep(amount)
            if mischief == EXIT:
                os._exit(int(amount))
            if mischief == CRASH:
                ctypes.string_at(0)
            if mischief == PRINT:
                print(("x" * 99 + "\n") * int(amount), flush=True)
                print("to stderr", file=sys.stderr, flush=True)
            if mischief == GARBAGE:
                for number in range(3, 32):
                    try:
                        os.write(number, b"\xff" * 64)
                    except OSError:
                        pass
            if mischief == CHILD:
                child = subprocess.Popen(["sleep", "600"])
                return [child.pid for _ in rows]
            if mischief == EAT:
                self.eaten = bytearray(int(amount) * 2**20)
            if mischief == OBJECT:
                return [object() for _ in rows]
            if mischief == STOP:
                import signal

                os.kill(os.getpid(), signal.SIGSTOP)
        return [amount for _, amount in rows]


def load_model(path):
    with open(path, "rb") as file:
        return pickle.load(file)


if __name__ == "__main__":
    with open("model.pickle", "wb") as file:
        pickle.dump(Mischief(), file)
