namespace Anneal.Onnx.Ops;

/// <summary>An update rule: its formula, written once for the kernel and for the body.</summary>
internal interface IUpdateRule
{
    /// <summary>The inputs that the rule keeps from step to step, at most three; each begins at zero.</summary>
    static abstract string[] State { get; }

    /// <summary>The float attributes, in the order in which <see cref="Factors"/> takes them.</summary>
    static abstract string[] Settings { get; }

    /// <summary>The number of factors, at most <see cref="Update{TRule}.MaxFactors"/>.</summary>
    static abstract int FactorCount { get; }

    /// <summary>Whether the factors depend on the step number.</summary>
    static virtual bool UsesStep => false;

    /// <summary>What does not depend on an element, computed in double once a step.</summary>
    /// <param name="s">The settings.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="t">The step number from 1; the rate again where the rule does not use it.</param>
    /// <param name="k">Receives the factors.</param>
    static abstract void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
        where TNumber : struct, IUpdateNumber<TNumber>;

    /// <summary>The update of an element.</summary>
    /// <param name="w">The weight.</param>
    /// <param name="g">Its gradient.</param>
    /// <param name="a">The first state, replaced by the next.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="k">The factors.</param>
    /// <returns>The new weight.</returns>
    static abstract TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
        where TNumber : struct, IUpdateNumber<TNumber>;
}
