using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Conformance;

/// <summary>
/// What the cases must cover, read from the op table: empty tensors, negative axes, every attribute, optional operand and element type. What they leave out stands here with the
/// reason, and nothing else does.
/// </summary>
public sealed class OpAuditTests
{
    private const int LargestInput = 400;

    private static readonly ILookup<Op, OpCase> s_cases = AllCases.All.ToLookup(c => c.Definition);

    private static readonly Dictionary<string, string> s_notEmpty = new()
    {
        ["BatchNormAddReluGrad"] = "statistics need elements",
        ["BatchNormGrad"] = "statistics need elements",
        ["BatchNormReluGrad"] = "statistics need elements",
        ["BatchNormTrain"] = "statistics need elements",
        ["BatchNormTrainAddRelu"] = "statistics need elements",
        ["BatchNormTrainRelu"] = "statistics need elements",
        ["Range"] = "takes scalars only",
    };

    private static readonly Dictionary<string, string> s_notDifferentiated = new()
    {
        ["BatchNormTrain.running_mean"] = "statistics are detached",
        ["BatchNormTrain.running_var"] = "statistics are detached",
        ["CastLike.target_type"] = "its type counts",
        ["Dropout.ratio"] = "unused in inference",
        ["OneHot.depth"] = "is a size",
        ["OneHot.indices"] = "picks a place",
        ["Range.limit"] = "bounds a count",
        ["Resize.roi"] = "must be constant",
    };

    [Test]
    public void Cases_EveryOpWithInputs_MeetAnEmptyTensor() =>
        Check(s_notEmpty, Names(op => op.Schema.Inputs.Length > 0, c => c.Inputs.Any(t => t is { Length: 0 })));

    [Test]
    public void Cases_EveryOpWithAnAxis_CountItFromTheEnd() => Check([], Names(
        op => op.Schema.Attributes.Select(a => a.Name).Concat(op.Schema.Inputs.Select(i => i.Name)).Any(n => n is "axis" or "axes"),
        c => c.Attributes.Find("axis") is AttributeValue.Int { Value: < 0 }
            || (c.Attributes.Ints("axes") is { } axes && axes.Any(a => a < 0))
            || c.Definition.Schema.Inputs.Where((p, i) => p.Name is "axis" or "axes" && i < c.Inputs.Length && c.Inputs[i] is { } t && Whole(t).Any(a => a < 0)).Any()));

    [Test]
    public void Cases_EveryAttribute_IsGiven() => Check(
        [],
        OpTable.All.SelectMany(op => op.Schema.Attributes
            .Where(a => !s_cases[op].Any(c => c.Attributes.Find(a.Name) is not null))
            .Select(a => $"{op.Name}.{a.Name}")));

    [Test]
    public void Cases_EveryOptionalInput_IsGivenAndLeftOut() => Check(
        [],
        OpTable.All.SelectMany(op => op.Schema.Inputs
            .Where((p, i) => p.Optional && !IsBoth(s_cases[op].Select(c => i < c.Inputs.Length && c.Inputs[i] is not null)))
            .Select(p => $"{op.Name}.{p.Name}")));

    [Test]
    public void Cases_EveryOpThatBroadcasts_MeetsShapesThatDiffer() => Check(
        [],
        Names(
            op => op is Binary or Comparison or Logical or Bitwise or BitShift or Where or PRelu,
            c => c.Inputs.OfType<Tensor>().Select(t => string.Join(",", t.Shape.ToArray())).Distinct().Count() > 1));

    [Test]
    public void Cases_EveryStandardOpWithAGradient_AreDrawnAtRandom() => Check(
        [],
        Names(
            op => op.Domain.Length == 0 && op.Gradient is Gradient.RuleGradient,
            c => c.Label.StartsWith("random", StringComparison.Ordinal) && c.Differentiable.Length > 0));

    [Test]
    public void Cases_EveryFloatingInputOfAnOpWithAGradient_IsDifferentiated() => Check(
        s_notDifferentiated,
        from op in OpTable.All
        where op.Gradient is Gradient.RuleGradient && op is not IDecomposable
        from input in op.Schema.Inputs.Index()
        where op.Schema.TypesOf(input.Item.Type).Contains(DType.Double)
        where !s_cases[op].Any(c => c.Differentiable.Any(d => Math.Min(d, op.Schema.Inputs.Length - 1) == input.Index))
        select $"{op.Name}.{input.Item.Name}");

    [TestCaseSource(nameof(Outputs))]
    public void Kernel_LaterOutputsLeftOut_SameBitsInTheOthers(Op op)
    {
        OpCase c = s_cases[op].Where(c => c.Inputs.All(t => t is null or { Length: > 0 })).MaxBy(c => c.Outputs)!;
        Tensor?[] all = Evaluator.Run(c.ToNode(), c.Inputs);

        Assert.That(all, Has.Length.EqualTo(op.Schema.Outputs.Length), "a case asks for every output");
        for (int count = 1; count < all.Length && op.Schema.Outputs[count].Optional; count++)
        {
            Tensor?[] some = Evaluator.Run((c with { Outputs = count }).ToNode(), c.Inputs);
            for (int i = 0; i < count; i++)
            {
                Compare.Same(some[i], all[i], $"output {i} of {count}");
            }
        }
    }

    [TestCaseSource(nameof(Types))]
    public void Kernel_EveryElementType_GivesTheSameNumbers(Op op, string variable, DType type)
    {
        TypeSet types = op.Schema.TypesOf(variable);
        DType wide = new[] { DType.Double, DType.Int64, DType.UInt64, DType.Int32, DType.Float, DType.Bool, DType.String, DType.UInt8 }.First(types.Contains);
        string why = "no case is small enough";
        foreach (OpCase c in s_cases[op].Where(c => IsFit(c, variable)).OrderBy(c => !Operands(c, variable).Any(i => c.Inputs[i]!.Type == DType.Double)))
        {
            OpCase plain = Plain(c, variable, isBool: type == DType.Bool);
            try
            {
                Tensor?[] expected = Run(plain, variable, wide);
                Tensor?[] actual = Run(plain, variable, type);
                for (int i = 0; i < expected.Length; i++)
                {
                    string formal = op.Schema.Outputs[Math.Min(i, op.Schema.Outputs.Length - 1)].Type;
                    bool isOfVariable = (formal == variable || op is EyeLike) && expected[i]!.Type == wide;
                    Tensor wanted = isOfVariable ? To(expected[i]!, type) : expected[i]!;
                    Assert.That(actual[i]!.Type, Is.EqualTo(wanted.Type), $"{c}: output {i}");
                    Compare.Close(actual[i], wanted, 10 * c.Tolerance, $"{c}: output {i}");
                }

                return;
            }
            catch (AnnealException e) when (e.UnsupportedOps is not null)
            {
                why = e.Message;
            }
        }

        Assert.Fail(why);
    }

    private static IEnumerable<TestCaseData> Outputs() => OpTable.All
        .Where(op => op.Schema.Outputs.Skip(1).Any(o => o.Optional))
        .Select(op => new TestCaseData(op).SetArgDisplayNames(op.Name));

    // Four ops have attributes that fix the types.
    private static IEnumerable<TestCaseData> Types() =>
        from op in OpTable.All
        where op is not (Imputer or LabelEncoder or OneHotEncoder or Pointwise)
        from variable in op.Schema.Types
        where op.Schema.Inputs.Any(i => i.Type == variable.Variable)
        from type in Enum.GetValues<DType>()
        where variable.Types.Contains(type)
        select new TestCaseData(op, variable.Variable, type).SetArgDisplayNames(op.Name, variable.Variable, type.Name());

    private static void Check(Dictionary<string, string> allowed, IEnumerable<string> missing)
    {
        string[] left = [.. missing];
        Assert.That(left, Is.EquivalentTo(allowed.Keys), string.Join(' ', left.Except(allowed.Keys)));
        Assert.That(allowed.Values, Is.All.Matches("^[^ ]+ [^ ]+ [^ ]+$"), "a reason has three words");
    }

    private static IEnumerable<string> Names(Func<Op, bool> concerns, Func<OpCase, bool> covers) =>
        OpTable.All.Where(op => concerns(op) && !s_cases[op].Any(covers)).Select(op => op.Name);

    private static bool IsBoth(IEnumerable<bool> given) => given.Distinct().Count() == 2;

    private static long[] Whole(Tensor tensor) => tensor.Type switch
    {
        DType.Int64 => tensor.Span<long>().ToArray(),
        DType.Int32 => [.. tensor.Span<int>().ToArray().Select(v => (long)v)],
        _ => [],
    };

    private static IEnumerable<int> Operands(OpCase c, string variable) => Enumerable.Range(0, c.Inputs.Length).Where(i =>
        c.Inputs[i] is not null && c.Definition.Schema.Inputs[Math.Min(i, c.Definition.Schema.Inputs.Length - 1)].Type == variable);

    private static bool IsFit(OpCase c, string variable) =>
        Operands(c, variable).Any() && c.Inputs.All(t => t is null or { Length: > 0 and <= LargestInput });

    /// <summary>The case with numbers from 1 to 3 in place of reals, which every type can hold; where bools are asked for, with 0 and 1.</summary>
    private static OpCase Plain(OpCase c, string variable, bool isBool)
    {
        Tensor?[] inputs = [.. c.Inputs];
        foreach (int i in Operands(c, variable).Where(i => isBool || c.Inputs[i]!.Type == DType.Double))
        {
            inputs[i] = Tensor.Zeros(DType.Double, inputs[i]!.Shape);
            for (int k = 0; k < inputs[i]!.Length; k++)
            {
                inputs[i]!.Span<double>()[k] = isBool ? (k + i) % 2 : 1 + (((7 * k) + i) % 3);
            }
        }

        return c with { Inputs = inputs };
    }

    private static Tensor?[] Run(OpCase c, string variable, DType type)
    {
        Tensor?[] inputs = [.. c.Inputs];
        foreach (int i in Operands(c, variable))
        {
            inputs[i] = To(inputs[i]!, type);
        }

        return Evaluator.Run(c.ToNode(), inputs);
    }

    private static Tensor To(Tensor tensor, DType type) => tensor.Type == type
        ? tensor
        : Evaluator.Run(new OpCase("Cast", tensor) { Attributes = Attributes.Of(("to", (long)type)) }.ToNode(), [tensor])[0]!;
}
