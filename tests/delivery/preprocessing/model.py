# Ultimate version (v7!!) -- the clipping is done in predict, do not forget it
import joblib, numpy as np
from sklearn.linear_model import HuberRegressor

LOW  = np.array([0.,   10., -5.])
HIGH = np.array([100., 90., 35.])

def clean( X ):
    X = np.array( X, dtype = float )
    X = np.clip( X, LOW, HIGH )          # sensors lie sometimes
    X[:, 2] = X[:, 2] * 9/5 + 32         # model wants Fahrenheit
    return X

def predict( model, X ):
    return model.predict( clean( X ) )

if __name__ == "__main__":
    r = np.random.RandomState(7)
    X = LOW + (HIGH - LOW) * r.rand( 120, 3 )
    y = 3*X[:,0] - X[:,1] + 0.5*X[:,2] + r.randn( 120 )
    m = HuberRegressor( max_iter = 2000 ).fit( clean( X ), y )
    joblib.dump( m, "model.joblib" )
