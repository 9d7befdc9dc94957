"""A model that answers its second feature, in a form that its first one chooses."""

import pickle

FORMS = (
    lambda amount: amount,
    int,
    str,
    lambda amount: [amount, -amount],
    lambda amount: {"größe": amount, "fits": amount < 1},
    lambda amount: amount > 0,
    lambda amount: float("nan"),
)


class Echo:
    n_features_in_ = 2

    def predict(self, rows):
        rows = [(float(form), float(amount)) for form, amount in rows]
        return [FORMS[int(form) % len(FORMS)](amount) for form, amount in rows if not self.refuses(form)]

    def refuses(self, form):
        if form < 0:
            raise ValueError("no negative form")
        return False


if __name__ == "__main__":
    with open("model.pickle", "wb") as file:
        pickle.dump(Echo(), file)
