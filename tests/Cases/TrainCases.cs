using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class TrainCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            // A long sum (k above the depth that stays in registers) goes through a buffer of partial sums.
            foreach ((int rows, int columns, int k) in new[] { (1, 1, 1), (7, 5, 3), (33, 50, 20), (9, 17, 1100) })
            {
                foreach (bool transposed in new[] { false, true })
                {
                    Tensor w = Sample.Real([rows, columns]);
                    yield return new OpCase(
                        "GemmAdamStep",
                        Sample.Real(transposed ? [k, rows] : [rows, k], salt: 1),
                        Sample.Real(transposed ? [columns, k] : [k, columns], salt: 2),
                        w,
                        Sample.Real([rows, columns], -0.1, 0.1, 3),
                        Sample.Real([rows, columns], 0, 0.1, 4),
                        Sample.Scalar(0.01),
                        Tensor.Scalar(3L))
                    {
                        Domain = Model.AnnealDomain,
                        Attributes = Attributes.Of(
                            ("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-8f), ("weight_decay", 0.1f), ("alpha", transposed ? 1f : 0.5f),
                            ("transA", transposed ? 1L : 0L), ("transB", transposed ? 1L : 0L)),
                        Outputs = 3,
                        Tolerance = 1e-4,
                    };
                }
            }

            foreach (int length in Sample.Lengths)
            {
                Tensor w = Sample.Real([length]);
                Tensor g = Sample.Real([length], salt: 1);
                Tensor m = Sample.Real([length], -0.1, 0.1, 2);
                Tensor v = Sample.Real([length], 0, 0.1, 3);
                Tensor lr = Sample.Scalar(0.01);
                foreach (float decay in new[] { 0f, 0.1f })
                {
                    yield return new OpCase("SgdStep", w, g, lr) { Domain = Model.AnnealDomain, Attributes = Attributes.Of(("weight_decay", decay)) };
                    yield return new OpCase("AdamStep", w, g, m, v, lr, Tensor.Scalar(3L))
                    {
                        Domain = Model.AnnealDomain,
                        Attributes = Attributes.Of(("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-8f), ("weight_decay", decay)),
                        Outputs = 3,
                    };
                    foreach (string op in new[] { "MomentumStep", "NesterovStep", "LookAheadStep" })
                    {
                        yield return Case(op, [w, g, m, lr], 2, ("momentum", 0.9f), ("weight_decay", decay));
                    }

                    Tensor step = Tensor.Scalar(3L);
                    yield return Case("AverageMomentumStep", [w, g, m, lr, step], 2, ("momentum", 0.9f), ("weight_decay", decay));
                    yield return Case("AdagradStep", [w, g, v, lr], 2, ("epsilon", 1e-10f), ("weight_decay", decay));
                    yield return Case(
                        "RmspropStep", [w, g, Sample.Real([length], 0.05, 0.1, 3), m, m, lr], 4, ("decay", 0.9f), ("epsilon", 1e-8f), ("momentum", 0.5f), ("centered", decay > 0 ? 1f : 0f), ("weight_decay", decay));
                    yield return Case(
                        "AdamWStep", [w, g, m, v, lr, step], 3, ("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-8f), ("weight_decay", decay), ("decoupled_decay", 0.1f - decay), ("bias_correction", decay > 0 ? 1f : 0f));
                    yield return Case("NadamStep", [w, g, m, v, lr, step], 3, ("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-8f), ("weight_decay", decay));
                    yield return Case("LionStep", [w, g, m, lr], 2, ("beta1", 0.9f), ("beta2", 0.99f), ("weight_decay", decay));
                }
            }
        }
    }

    private static OpCase Case(string op, Tensor[] inputs, int outputs, params (string, AttributeValue?)[] attributes) =>
        new(op, inputs) { Domain = Model.AnnealDomain, Attributes = Attributes.Of(attributes), Outputs = outputs };
}
