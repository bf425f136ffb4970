using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Uses of the ops that converters of scikit-learn write.</summary>
internal sealed class MlCases : IOpCases
{
    private const string Missing = "there is no kernel for this type";

    private static readonly float[] s_weights = [0.5f, -1.25f, 2, 1.5f, 0.75f, -0.5f, -1, 0.25f, 1.75f];
    private static readonly float[] s_intercepts = [0.125f, -0.5f, 0.25f];

    public IEnumerable<OpCase> Cases => Scaled.Concat(Linear).Concat(Encoded).Select(c => c with { Domain = Model.MlDomain });

    private static IEnumerable<OpCase> Scaled
    {
        get
        {
            Attributes features = Attributes.Of(("offset", Floats(0.5f, -1, 2)), ("scale", Floats(2, 0.25f, -3)));
            yield return new("Scaler", Sample.Real([4, 3])) { Attributes = features };
            yield return new("Scaler", Sample.Real([3])) { Attributes = features };
            yield return new("Scaler", Sample.Real([0, 3])) { Attributes = features };
            yield return new("Scaler", Sample.Whole([4, 3], 7)) { Attributes = features };
            yield return new("Scaler", Sample.Real([2, 3, 4])) { Attributes = Attributes.Of(("offset", Floats(0.5f)), ("scale", Floats(2))) };
            yield return new("Scaler", Sample.Real([9001, 3])) { Attributes = features };

            foreach (string norm in new[] { "MAX", "L1", "L2" })
            {
                yield return new("Normalizer", Sample.Real([4, 3])) { Attributes = Attributes.Of(("norm", norm)) };
                yield return new("Normalizer", Sample.Real([3])) { Attributes = Attributes.Of(("norm", norm)) };
                yield return new("Normalizer", Tensor.Zeros(DType.Double, 2, 3)) { Attributes = Attributes.Of(("norm", norm)) };
                yield return new("Normalizer", Sample.Real([0, 3])) { Attributes = Attributes.Of(("norm", norm)) };
                yield return new("Normalizer", Sample.Whole([2, 3], 5)) { Attributes = Attributes.Of(("norm", norm)) };
            }

            yield return new("Normalizer", Sample.Real([2, 3], -2, -1)) { Label = "by default" };

            Tensor gaps = Tensor.Of<double>([3, 2], [1, double.NaN, double.NaN, 0, -1, 2]);
            yield return new("Imputer", gaps) { Attributes = Attributes.Of(("imputed_value_floats", Floats(7, 8)), ("replaced_value_float", float.NaN)), Expected = [Tensor.Of<double>([3, 2], [1, 8, 7, 0, -1, 2])] };
            yield return new("Imputer", gaps) { Attributes = Attributes.Of(("imputed_value_floats", Floats(7)), ("replaced_value_float", -1f)), Label = "one for all" };
            yield return new("Imputer", Sample.Real([0, 2])) { Attributes = Attributes.Of(("imputed_value_floats", Floats(7, 8)), ("replaced_value_float", float.NaN)) };
            yield return new("Imputer", Sample.Whole([4, 2], 3))
            {
                Attributes = Attributes.Of(("imputed_value_int64s", new long[] { 7, 8 }), ("replaced_value_int64", 1L)),
            };
            yield return new("Imputer", Tensor.Of<int>([2, 2], [0, 1, 2, 0]))
            {
                Attributes = Attributes.Of(("imputed_value_int64s", new long[] { 7, 8 })),
                Expected = [Tensor.Of<int>([2, 2], [7, 1, 2, 8])],
                NotInOrt = Missing,
            };

            yield return new("Binarizer", Sample.Real([4, 3]));
            yield return new("Binarizer", Sample.Real([0, 3]));
            yield return new("Binarizer", Tensor.Vector(0.5, 0.25, 1)) { Attributes = Attributes.Of(("threshold", 0.5f)), Expected = [Tensor.Vector(0.0, 0, 1)] };
            yield return new("Binarizer", Sample.Whole([4], 3)) { Attributes = Attributes.Of(("threshold", 0.5f)), NotInOrt = Missing };
        }
    }

    private static IEnumerable<OpCase> Linear
    {
        get
        {
            AttributeValue labels = new long[] { 3, 1, 2 };
            AttributeValue texts = new AttributeValue.Strings(["a", "b", "c"]);
            foreach (string transform in new[] { "NONE", "LOGISTIC", "SOFTMAX" })
            {
                Attributes scores = Attributes.Of(("coefficients", Floats(s_weights)), ("intercepts", Floats(s_intercepts)), ("post_transform", transform));
                Attributes classes = scores.With("classlabels_ints", labels).With("multi_class", 1L);
                yield return new("LinearClassifier", Sample.Real([5, 3])) { Attributes = classes, Outputs = 2 };
                yield return new("LinearClassifier", Sample.Real([0, 3])) { Attributes = classes, Outputs = 2 };
                yield return new("LinearClassifier", Sample.Real([3])) { Attributes = classes, Outputs = 2 };
                yield return new("LinearClassifier", Sample.Whole([4, 3], 5)) { Attributes = classes, Outputs = 2 };
                yield return new("LinearClassifier", Sample.Real([2, 3])) { Attributes = scores.With("classlabels_strings", texts), Outputs = 2 };
                yield return new("LinearRegressor", Sample.Real([5, 3])) { Attributes = scores.With("targets", 3L) };
            }

            // What a converter writes of two classes: a row and the same with its sign turned.
            Attributes pair = Attributes.Of(("coefficients", Floats(-0.5f, 1.25f, -2, 0.5f, -1.25f, 2)), ("intercepts", Floats(-0.25f, 0.25f)), ("post_transform", "LOGISTIC"));
            yield return new("LinearClassifier", Sample.Real([5, 3])) { Attributes = pair.With("classlabels_ints", new long[] { 0, 1 }), Outputs = 2, Label = "of two" };
            yield return new("LinearClassifier", Sample.Real([700, 3])) { Attributes = pair.With("classlabels_ints", new long[] { 0, 1 }), Outputs = 2, Label = "of two" };
            yield return new("LinearRegressor", Sample.Real([4, 9])) { Attributes = Attributes.Of(("coefficients", Floats(s_weights)), ("intercepts", Floats(0.5f))) };
            yield return new("LinearRegressor", Sample.Real([0, 9])) { Attributes = Attributes.Of(("coefficients", Floats(s_weights))) };
            yield return new("LinearRegressor", Tensor.Of<double>([1, 2], [3, 4])) { Attributes = Attributes.Of(("coefficients", Floats(2, -1))), Expected = [Tensor.Of<float>([1, 1], [2])] };
            yield return new("LinearRegressor", Sample.Whole([2, 3], 5)) { Attributes = Attributes.Of(("coefficients", Floats(1, 2, 3))), NotInOrt = Missing };
        }
    }

    private static IEnumerable<OpCase> Encoded
    {
        get
        {
            Attributes numbers = Attributes.Of(("cats_int64s", new long[] { 5, 0, 2 }));
            Attributes texts = Attributes.Of(("cats_strings", new AttributeValue.Strings(["a", "b"])));
            yield return new("OneHotEncoder", Sample.Whole([2, 3], 4)) { Attributes = numbers };
            yield return new("OneHotEncoder", Tensor.Vector(2.75, 0, 5, 9)) { Attributes = numbers, Expected = [Tensor.Of<float>([4, 3], [0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0])] };
            yield return new("OneHotEncoder", Tensor.Vector(5, 2)) { Attributes = numbers, NotInOrt = Missing };
            yield return new("OneHotEncoder", Sample.Real([0, 1])) { Attributes = numbers };
            yield return new("OneHotEncoder", Tensor.OfStrings([2, 1], ["b", "?"])) { Attributes = texts.With("zeros", 1L), Expected = [Tensor.Of<float>([2, 1, 2], [0, 1, 0, 0])] };
            yield return new("OneHotEncoder", Tensor.OfStrings([2], ["b", "a"])) { Attributes = texts.With("zeros", 0L) };

            yield return new("ArrayFeatureExtractor", Sample.Real([2, 4]), Tensor.Of<long>([1, 3], [3, 0, 0])) { Constants = [1] };
            yield return new("ArrayFeatureExtractor", Sample.Real([2, 3, 4]), Tensor.Vector(2L));
            yield return new("ArrayFeatureExtractor", Sample.Whole([0, 4], 3), Tensor.Vector(2L, 1)) { Constants = [1] };
            yield return new("ArrayFeatureExtractor", Tensor.OfStrings([3], ["a", "b", "c"]), Tensor.Of<long>([2, 1], [2, 0])) { Expected = [Tensor.OfStrings([1, 2], ["c", "a"])] };
        }
    }

    private static AttributeValue Floats(params float[] values) => new AttributeValue.Floats([.. values]);
}
